import { price } from './price.js'
import { checkTerms, encodeTerms, parseTerms } from './terms.js'

export { ACCESS_CODES, type AccessCode } from './codes.js'
export { BYTES_PER_GIB, bytesForAmount, MILLIS_PER_HOUR, price, TariffError, UNLIMITED_BYTES } from './price.js'
export {
  type AccessTermsWire,
  AssetText,
  checkTerms,
  DEFAULT_TERMS,
  encodeTerms,
  parseTerms,
  SharesSchema,
  sameTerms,
  TERMS_LIMITS,
  TermsSchema,
  withRelays,
} from './terms.js'
export type * from './types.js'

/** Descriptor of the service type for the list of types. */
export const accessService = { type: 'access', parseTerms, encodeTerms, checkTerms, price } as const
