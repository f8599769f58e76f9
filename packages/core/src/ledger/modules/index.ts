import type { Module } from '../module.js'
import * as accounts from './accounts/index.js'
import { identityModule } from './identity/index.js'
import { checkTermsBy, registryModule, type ServiceTerms } from './registry/index.js'
import { sessionsModule } from './sessions/index.js'

/**
 * The one composition list: which modules a Conet ledger has and who satisfies whose needs. Order matters only for
 * genesis. A new module is a new folder and one line here.
 *
 * @param services - the service types whose offers the registry takes, `SERVICE_TYPES` of core/services, which lies above
 * this room. Part of the ledger's rules: every replica and every replay must pass the same list (LED-4). Without it every
 * offer is refused with `TERMS_REFUSED`.
 */
export function ledgerModules(services: readonly ServiceTerms<never>[] = []): readonly Module[] {
  return [
    identityModule,
    accounts.accountsModule,
    sessionsModule({ money: accounts }),
    registryModule(checkTermsBy(services)),
  ]
}
