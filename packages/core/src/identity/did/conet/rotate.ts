import { ok, type Result, reject } from '../../../errors/index.js'
import type { DidCode } from '../../codes.js'
import { refuseKeys, refuseRepeats, refuseStranger, refuseVersion } from './checks.js'
import { commitMultikey } from './name.js'
import { nextState } from './state.js'
import type { DidState, OperationContext, Rotation } from './types.js'

/**
 * Replaces all keys by revealed ones (IDN-22). A thief of the current keys cannot do it: he does not know the next.
 *
 * @returns codes `DID_DEACTIVATED`, `VERSION_STALE`, `KEY_REFUSED`, `KEY_REPEATED`, `NOT_KEY_HOLDER`, `KEY_NOT_COMMITTED`
 */
export function rotate(current: DidState, rotation: Rotation, context: OperationContext): Result<DidState, DidCode> {
  const { keys, next } = rotation
  const refusal =
    refuseVersion(current, rotation.version) ??
    refuseKeys(keys) ??
    refuseRepeats(next) ??
    refuseStranger(keys, context.signer)
  if (refusal !== undefined) return refusal
  const stray = keys.find(key => !current.next.includes(commitMultikey(key) ?? ''))
  if (stray !== undefined) return reject('KEY_NOT_COMMITTED', { key: stray })
  return ok(nextState(current, { keys, next }, current.controller, context))
}
