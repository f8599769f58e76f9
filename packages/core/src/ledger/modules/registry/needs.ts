import { ok, type Result, reject } from '../../../errors/index.js'

/** Terms in the one form in which they are kept: plain JSON, amounts as decimal strings, members in a fixed order. */
export type StoredTerms = Readonly<Record<string, unknown>>

/** What the registry is given in the composition list. */
export interface RegistryNeeds {
  /**
   * Asks the service type whether it accepts the terms.
   *
   * @param type - of service, e.g. `access`; an unknown one is a rejection too
   * @param terms - untrusted
   * @returns the terms in stored form, or the service's own code, which the registry repeats in `data.why`
   */
  checkTerms(type: string, terms: unknown): Result<StoredTerms>
}

/** What the registry uses of a service type's descriptor, such as `accessService`. */
export interface ServiceTerms<T> {
  readonly type: string
  parseTerms(value: unknown): Result<T>
  encodeTerms(terms: T): object
}

/**
 * Satisfies the registry's need from the list of service types.
 *
 * @returns a check that refuses unlisted types with `SERVICE_UNKNOWN`
 */
export function checkTermsBy<T>(services: readonly ServiceTerms<T>[]): RegistryNeeds {
  return {
    checkTerms(type, terms) {
      const service = services.find(known => known.type === type)
      if (service === undefined) return reject('SERVICE_UNKNOWN', { type })
      const parsed = service.parseTerms(terms)
      return parsed.ok ? ok({ ...service.encodeTerms(parsed.value) }) : parsed
    },
  }
}
