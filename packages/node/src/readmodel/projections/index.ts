import { ACCOUNT_EVENTS } from './accounts.js'
import type { Projection } from './fact.js'
import { REGISTRY_EVENTS } from './registry.js'
import { SESSION_EVENTS } from './sessions.js'

export type { Fact, Projection } from './fact.js'

/** What each kind of event changes; kinds that are not here change nothing that is shown. One line per ledger module. */
export const PROJECTIONS: ReadonlyMap<string, Projection> = new Map(
  Object.entries({ ...ACCOUNT_EVENTS, ...REGISTRY_EVENTS, ...SESSION_EVENTS }),
)
