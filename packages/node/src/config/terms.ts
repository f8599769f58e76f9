import { ConetError, type Rejection, type Result } from '@conet/core/errors'
import { type AccessCode, type AccessTerms, type AccessTermsWire, parseTerms } from '@conet/core/services/access'
import { MAX_AMOUNT } from '@conet/core/units'
import { type Policy, priceOf } from '../policy/index.js'
import type { Config, OfferConfig } from './schema.js'

type Prices = Pick<Policy, 'prices'>

/** Terms of an offer at the policy's prices, in the form that travels; not checked. */
export function termsOf(offer: OfferConfig, policy: Prices): AccessTermsWire {
  const { asset, perGiB, perHour, toleranceBytes, maxUnpaid, maxUnpaidCap, ...rest } = offer.terms
  const price = priceOf(policy, offer.key)
  return {
    tariff: { asset, perGiB: String(price?.perGiB ?? perGiB), perHour: String(price?.perHour ?? perHour) },
    trialMs: rest.trialMs,
    restMs: rest.restMs,
    toleranceBps: rest.toleranceBps,
    toleranceBytes: String(toleranceBytes),
    maxUnpaid: String(maxUnpaid),
    maxUnpaidCap: String(maxUnpaidCap),
    shares: rest.shares,
  }
}

/** The same, checked as the ledger checks them. */
export function readTerms(offer: OfferConfig, policy: Prices): Result<AccessTerms, AccessCode> {
  return parseTerms(termsOf(offer, policy))
}

/** @throws ConetError `CONFIG_INVALID` naming the member, if the ledger would refuse an offer of the configuration */
export function checkOffers(config: Config): void {
  const policy = { prices: config.policy?.prices ?? {} }
  const fault = firstFault(config, policy)
  if (fault === undefined) return
  const path = fault.ofPolicy ? `policy.${fault.path}` : fault.path
  const data = { ...fault.data, path }
  throw new ConetError('CONFIG_INVALID', `configuration, ${path}: ${fault.reason}`, { data })
}

/** @throws ConetError `POLICY_INVALID` naming offer and member, if the ledger would refuse an offer at these prices */
export function checkPrices(config: Config, policy: Prices): void {
  const fault = firstFault(config, policy)
  if (fault === undefined) return
  const { offer, reason, data } = fault
  // Without a price of its own the policy falls back on the configuration's, which is what is wrong then.
  const path = fault.ofPolicy ? fault.path : 'prices'
  const where = fault.ofPolicy ? '' : `the configuration's ${fault.path} is in force and `
  throw new ConetError('POLICY_INVALID', `policy, ${path}: offer ${offer} cannot be sold: ${where}${reason}`, {
    data: { ...data, path, offer },
  })
}

interface Fault {
  readonly offer: string
  readonly path: string
  readonly ofPolicy: boolean
  readonly reason: string
  readonly data: Rejection['data']
}

function firstFault(config: Config, policy: Prices): Fault | undefined {
  for (const [index, offer] of config.offers.entries()) {
    const terms = readTerms(offer, policy)
    if (terms.ok) continue
    const price = priceOf(policy, offer.key)
    const member = memberOf(terms, offer, price)
    const ofPolicy = price !== undefined && Object.hasOwn(price, member)
    const priced = policy.prices[offer.key] === price ? offer.key : '*'
    const path = ofPolicy ? `prices.${priced}.${member}` : `offers.${index}.terms.${member}`
    const data = { ...terms.data, why: terms.code }
    return { offer: offer.key, path, ofPolicy, reason: reasonOf(terms, offer), data }
  }
  return undefined
}

/** Member of the terms, as the configuration and the policy call it. */
function memberOf({ code, data }: Rejection<AccessCode>, offer: OfferConfig, price: object | undefined): string {
  // The first number to look at: too dear for what a stranger may owe.
  if (code === 'TERMS_UNPAID_TOO_SMALL') return 'perGiB'
  if (code === 'TERMS_SHARES') return 'shares'
  if (data.path === 'amount') return tooLarge({ ...offer.terms, ...price })
  const at = String(data.field ?? data.path).replaceAll('/', '.')
  return at.replace(/^\.?(tariff\.)?/, '')
}

/** The form allows a few amounts that no ledger has. */
function tooLarge(terms: object): string {
  const [name = 'perGiB'] =
    Object.entries(terms).find(([, value]) => /^\d+$/.test(value) && BigInt(value) > MAX_AMOUNT) ?? []
  return name
}

function reasonOf({ code, data }: Rejection<AccessCode>, offer: OfferConfig): string {
  if (code === 'TERMS_RANGE') return `${data.value} is not within ${data.min} to ${data.max}`
  if (code === 'TERMS_SHARES') return 'they add up to more than 10000, or name a receiver twice'
  if (code === 'TERMS_UNPAID_TOO_SMALL') {
    const { maxUnpaid } = offer.terms
    return `its maxUnpaid of ${maxUnpaid} does not pay for 64 KiB at this price; lower the price, or set maxUnpaid to ${data.needed} or more`
  }
  return data.path === 'amount' ? `at most ${MAX_AMOUNT}` : `${code}; correct it`
}
