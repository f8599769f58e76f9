import type { Result } from '../../../errors/index.js'

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
