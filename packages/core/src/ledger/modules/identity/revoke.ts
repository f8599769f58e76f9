import type { Rejection } from '../../../errors/index.js'
import { parseRevocation, type Revocation, revoke } from '../../../identity/index.js'
import { accept, type Outcome } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext } from '../../types.js'
import { operation } from './operation.js'
import { endGrace, isRetired } from './retired.js'

/** Takes one key away (IDN-23). A key that was rotated out loses its time of grace, which makes no version (IDN-33). */
export const revokeTransition = operation({
  event: 'identity/revoked',
  parse: parseRevocation,
  operate: revoke,
  otherwise: ofRetired,
})

function ofRetired(store: Store, { did, key }: Revocation, refusal: Rejection, { timeMs }: BlockContext): Outcome {
  if (refusal.code !== 'KEY_UNKNOWN' || !isRetired(store, did, key, timeMs)) return refusal
  endGrace(store, did, key)
  return accept({ type: 'identity/grace_ended', did, key })
}
