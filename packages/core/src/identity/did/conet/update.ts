import { ok, type Result } from '../../../errors/index.js'
import type { DidCode } from '../../codes.js'
import { refuseOutsider, refuseServices, refuseVersion } from './checks.js'
import { nextState } from './state.js'
import type { DidState, OperationContext, Update } from './types.js'

/**
 * Replaces services and controller; keys stay (IDN-24).
 *
 * @returns codes `DID_DEACTIVATED`, `VERSION_STALE`, `NOT_CONTROLLER`, `SERVICE_REPEATED`
 */
export function update(current: DidState, op: Update, context: OperationContext): Result<DidState, DidCode> {
  const refusal =
    refuseVersion(current, op.version) ?? refuseOutsider(current, context.signer) ?? refuseServices(op.services)
  return refusal ?? ok(nextState(current, { services: op.services }, op.controller, context))
}
