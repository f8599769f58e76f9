import { ok, type Result, reject } from '../../../errors/index.js'
import type { DidCode } from '../../codes.js'
import { refuseOutsider, refuseVersion } from './checks.js'
import { nextState } from './state.js'
import type { DidState, OperationContext, Revocation } from './types.js'

/**
 * Takes one key away at once (IDN-23).
 *
 * @returns codes `DID_DEACTIVATED`, `VERSION_STALE`, `NOT_CONTROLLER`, `KEY_UNKNOWN`, `LAST_KEY`
 */
export function revoke(current: DidState, op: Revocation, context: OperationContext): Result<DidState, DidCode> {
  const refusal = refuseVersion(current, op.version) ?? refuseOutsider(current, context.signer)
  if (refusal !== undefined) return refusal
  const keys = current.keys.filter(key => key !== op.key)
  if (keys.length === current.keys.length) return reject('KEY_UNKNOWN', { key: op.key })
  if (keys.length === 0) return reject('LAST_KEY', { key: op.key })
  return ok(nextState(current, { keys }, current.controller, context))
}
