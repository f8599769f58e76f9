import { schedule } from '../../due.js'
import type { EvidenceHandler } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { cannotGo, dropMember, isLast, setPower } from './electorate.js'
import { governanceParams, penaltyOf } from './params.js'
import { addresses, idText, members, openProposals, type Penalty, penalties, validators } from './state.js'

/**
 * A validator that was proven to have broken the rules of ordering comes under notice: it loses its power at once if the
 * parameters say so and somebody else is left to order (GOV-40). Evidence that was judged before changes nothing.
 */
export const accuse: EvidenceHandler = (store, { kind, validator, height }, block) => {
  const publicKey = addresses.get(store, validator)
  const known = publicKey === undefined ? undefined : validators.get(store, publicKey)
  if (publicKey === undefined || known === undefined) return [{ type: 'governance/unknown_accused', validator, kind }]
  const before = penalties.get(store, publicKey)
  if (before !== undefined && (before.state !== 'lifted' || height <= before.height)) return []
  const { suspends, noticeMs } = governanceParams.read(store)
  const taken = suspends && !isLast(store, publicKey) ? known.power : 0
  const endMs = block.timeMs + noticeMs
  const penalty: Penalty = { owner: known.owner, kind, height, taken, endMs, appeal: 0, state: 'notice' }
  penalties.put(store, publicKey, penalty)
  schedule(store, endMs, 'governance/sentence', publicKey)
  if (taken > 0) setPower(store, publicKey, known.owner, 0)
  return [{ type: 'governance/notice', publicKey, owner: known.owner, kind, height, taken, endMs }]
}

/** Scheduled `governance/sentence`: the notice is over. An open appeal is waited for. */
export function sentence(store: Store, publicKey: string, block: BlockContext): readonly LedgerEvent[] {
  const penalty = penalties.get(store, publicKey)
  if (penalty?.state !== 'notice' || penalty.endMs > block.timeMs) return []
  const waits = penalty.appeal > 0 && openProposals.get(store, idText(penalty.appeal)) !== undefined
  return waits ? [] : carryOut(store, publicKey, block)
}

/** Does what the parameters name; puts it off where nobody would be left. */
export function carryOut(store: Store, publicKey: string, block: BlockContext): readonly LedgerEvent[] {
  const penalty = penalties.get(store, publicKey)
  if (penalty?.state !== 'notice') return []
  const { owner } = penalty
  const what = penaltyOf(store)
  if (what === 'restore') return lift(store, publicKey, 'notice', block)
  if (isLast(store, publicKey)) return putOff(store, publicKey, penalty, block)
  penalties.put(store, publicKey, { ...penalty, state: 'barred' })
  setPowerOfKnown(store, publicKey, 0)
  const events: LedgerEvent[] = [{ type: 'governance/barred', publicKey, owner }]
  if (what === 'member' && cannotGo(store, owner) === undefined) {
    dropMember(store, owner)
    events.push({ type: 'governance/removed', member: owner })
  }
  return events
}

/** Ends a penalty and gives back what it took, if its owner is still a member. Evidence up to here is spent. */
export function lift(store: Store, publicKey: string, by: string, block: BlockContext): readonly LedgerEvent[] {
  const penalty = penalties.get(store, publicKey)
  if (penalty?.state !== 'notice') return []
  const { owner, taken } = penalty
  penalties.put(store, publicKey, { ...penalty, height: block.height, state: 'lifted' })
  const restored = taken > 0 && members.get(store, owner) !== undefined ? taken : 0
  if (restored > 0) setPowerOfKnown(store, publicKey, restored)
  return [{ type: 'governance/lifted', publicKey, owner, by, restored }]
}

function putOff(store: Store, publicKey: string, penalty: Penalty, block: BlockContext): readonly LedgerEvent[] {
  const endMs = block.timeMs + governanceParams.read(store).noticeMs
  penalties.put(store, publicKey, { ...penalty, endMs })
  schedule(store, endMs, 'governance/sentence', publicKey)
  return [{ type: 'governance/put_off', publicKey, owner: penalty.owner, endMs }]
}

function setPowerOfKnown(store: Store, publicKey: string, power: number): void {
  const known = validators.get(store, publicKey)
  if (known !== undefined && known.power !== power) setPower(store, publicKey, known.owner, power)
}
