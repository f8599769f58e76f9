import type { DidState } from '../../../identity/index.js'
import type { Did, UnixMillis } from '../../../units/index.js'
import { jsonCodec } from '../../codec.js'
import { schedule } from '../../due.js'
import type { ScheduledHandler } from '../../module.js'
import { collection, type Store } from '../../store.js'
import type { BlockContext } from '../../types.js'
import { identityParams } from './params.js'

/** A key that a rotation replaced, and until when vouchers it signed are still taken. */
interface Retired {
  readonly key: string
  readonly untilMs: UnixMillis
}

/** Of one DID: eight rotations of eight keys within the time of grace. */
const MOST = 64

/** By DID. */
const retired = collection<readonly Retired[]>('identity/retired/', jsonCodec())

/** After a rotation: the keys before it get their time of grace (IDN-33). */
export function retireKeys(store: Store, before: DidState, next: DidState, block: BlockContext): void {
  const { graceMs } = identityParams.read(store)
  if (graceMs === 0) return
  const untilMs = block.timeMs + graceMs
  const gone = before.keys.filter(key => !next.keys.includes(key)).map(key => ({ key, untilMs }))
  const kept = (retired.get(store, before.did) ?? []).filter(({ key }) => !next.keys.includes(key))
  put(store, before.did, [...kept, ...gone].slice(-MOST))
  schedule(store, untilMs, 'identity/retire', before.did)
}

/** Whether a key of the past may still sign vouchers: the end counts, not when the queue comes to it. */
export function isRetired(store: Store, did: Did, key: string, timeMs: UnixMillis): boolean {
  return retired.get(store, did)?.some(one => one.key === key && one.untilMs > timeMs) ?? false
}

/** Ends the grace of one key, or of all. */
export function endGrace(store: Store, did: Did, key?: string): void {
  const left = (retired.get(store, did) ?? []).filter(one => key !== undefined && one.key !== key)
  put(store, did, left)
}

/** Scheduled `identity/retire`: the time of grace is over. */
export const retire: ScheduledHandler = (store, did, block) => {
  const left = (retired.get(store, did) ?? []).filter(({ untilMs }) => untilMs > block.timeMs)
  put(store, did, left)
  return []
}

function put(store: Store, did: Did, keys: readonly Retired[]): void {
  if (keys.length > 0) retired.put(store, did, keys)
  else retired.delete(store, did)
}
