import { machineParams } from '../execute.js'
import type { Module } from '../module.js'
import * as accounts from './accounts/index.js'
import { governanceModule } from './governance/index.js'
import { identityModule } from './identity/index.js'
import { type RegistryNeeds, registryModule } from './registry/index.js'
import { sessionsModule } from './sessions/index.js'

export { checkTermsBy, type RegistryNeeds, type ServiceTerms } from './registry/index.js'

/**
 * The one composition list: which modules a Conet ledger has and who satisfies whose needs. Order matters only for
 * genesis. A new module is a new folder and one line here.
 *
 * @param registry - `checkTermsBy(SERVICE_TYPES)`: the service types lie above this room, so the caller brings them. They
 * are part of the ledger's rules: every replica and every replay must pass the same (LED-4)
 */
export function ledgerModules(registry: RegistryNeeds): readonly Module[] {
  const modules = [
    identityModule({ fees: accounts }),
    accounts.accountsModule,
    registryModule(registry),
    sessionsModule({ money: accounts }),
  ]
  const paramsOf = (name: string) =>
    name === 'machine' ? machineParams : modules.find(module => module.name === name)?.params
  return [...modules, governanceModule({ paramsOf })]
}
