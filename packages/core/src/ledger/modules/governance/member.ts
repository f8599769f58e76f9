import { type Rejection, reject } from '../../../errors/index.js'
import type { Did } from '../../../units/index.js'
import type { Store } from '../../store.js'
import { members, totalsOf } from './state.js'

/** Why somebody has no say here, or `undefined` for a member. */
export function cannotVote(store: Store, signer: Did): Rejection | undefined {
  if (members.get(store, signer) !== undefined) return undefined
  return totalsOf(store).members === 0 ? reject('NO_CONSORTIUM') : reject('NOT_MEMBER', { signer })
}
