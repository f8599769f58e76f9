import type { Module } from '../module.js'
import * as accounts from './accounts/index.js'
import { identityModule } from './identity/index.js'
import { sessionsModule } from './sessions/index.js'

/**
 * The one composition list: which modules a Conet ledger has and who satisfies whose needs. Order matters only for
 * genesis. A new module is a new folder and one line here.
 */
export function ledgerModules(): readonly Module[] {
  return [identityModule, accounts.accountsModule, sessionsModule({ money: accounts })]
}
