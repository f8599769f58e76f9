import { ok, type Result } from '../../../errors/index.js'
import type { DidCode } from '../../codes.js'
import { refuseOutsider, refuseVersion } from './checks.js'
import { nextState } from './state.js'
import type { Deactivation, DidState, OperationContext } from './types.js'

/**
 * Ends a DID for good: no key, no commitment, no service is left (IDN-25). Its history stays resolvable.
 *
 * @returns codes `DID_DEACTIVATED`, `VERSION_STALE`, `NOT_CONTROLLER`
 */
export function deactivate(current: DidState, op: Deactivation, context: OperationContext): Result<DidState, DidCode> {
  const refusal = refuseVersion(current, op.version) ?? refuseOutsider(current, context.signer)
  if (refusal !== undefined) return refusal
  const nothing = { keys: [], next: [], services: [], deactivated: true }
  return ok(nextState(current, nothing, undefined, context))
}
