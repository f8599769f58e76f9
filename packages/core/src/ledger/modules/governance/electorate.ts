import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { type Rejection, reject } from '../../../errors/index.js'
import { sha256 } from '../../../identity/index.js'
import type { Did, UnixMillis } from '../../../units/index.js'
import { jsonCodec } from '../../codec.js'
import type { Store } from '../../store.js'
import type { ValidatorUpdate } from '../../types.js'
import { settleApplication } from './applications.js'
import { addresses, members, type PowerChange, putTotals, totalsOf, validators } from './state.js'

const CHANGES = 'governance/changes'
const changesCodec = jsonCodec<readonly PowerChange[]>()

/** How engines name a validator: the first 20 bytes of SHA-256(public key), in hex (GOV-5). */
export function addressOf(publicKey: string): string {
  return bytesToHex(sha256(hexToBytes(publicKey))).slice(0, 40)
}

/** Lets an owner in; an application of its is settled by that. The caller checked that it is no member. */
export function addMember(store: Store, member: Did, sinceMs: UnixMillis): void {
  members.put(store, member, { sinceMs, power: 0 })
  settleApplication(store, member)
  const totals = totalsOf(store)
  putTotals(store, { ...totals, members: totals.members + 1 })
}

/** Why a member cannot go, or `undefined` if it can. */
export function cannotGo(store: Store, member: Did): Rejection | undefined {
  const known = members.get(store, member)
  const totals = totalsOf(store)
  if (known === undefined) return reject('MEMBER_UNKNOWN', { member })
  if (totals.members === 1) return reject('LAST_MEMBER', { member })
  return totals.ordered && totals.power === known.power ? reject('LAST_VALIDATOR', { member }) : undefined
}

/** Lets a member go and takes the power of its validators; the caller checked `cannotGo`. */
export function dropMember(store: Store, member: Did): void {
  for (const [publicKey, { owner, power }] of [...validators.list(store)]) {
    if (owner === member && power > 0) setPower(store, publicKey, owner, 0)
  }
  members.delete(store, member)
  const totals = totalsOf(store)
  putTotals(store, { ...totals, members: totals.members - 1 })
}

/** Whether nobody would order if this validator had no power. */
export function isLast(store: Store, publicKey: string): boolean {
  const power = validators.get(store, publicKey)?.power ?? 0
  return power > 0 && totalsOf(store).power === power
}

/**
 * Gives a validator a power, keeps the sums, and tells the engine at the end of the block. The caller checked that the
 * owner is a member and that somebody is left with power.
 */
export function setPower(store: Store, publicKey: string, owner: Did, power: number, tell = true): void {
  const from = validators.get(store, publicKey)?.power ?? 0
  validators.put(store, publicKey, { owner, power })
  addresses.put(store, addressOf(publicKey), publicKey)
  const member = members.get(store, owner)
  if (member !== undefined) members.put(store, owner, { ...member, power: member.power + power - from })
  const totals = totalsOf(store)
  const active = Number(power > 0) - Number(from > 0)
  putTotals(store, { ...totals, validators: totals.validators + active, power: totals.power + power - from })
  if (tell) noteChange(store, { publicKey, from, power })
}

/** The changes of this block for the engine; afterwards there are none. One that came to nothing is left out (GOV-32). */
export function takeUpdates(store: Store): readonly ValidatorUpdate[] {
  const changes = store.get(CHANGES, changesCodec)
  if (changes === undefined) return []
  store.set(CHANGES, undefined, changesCodec)
  return changes.filter(({ from, power }) => from !== power).map(({ publicKey, power }) => ({ publicKey, power }))
}

function noteChange(store: Store, change: PowerChange): void {
  const changes = store.get(CHANGES, changesCodec) ?? []
  const before = changes.find(({ publicKey }) => publicKey === change.publicKey)
  const others = changes.filter(({ publicKey }) => publicKey !== change.publicKey)
  store.set(CHANGES, [...others, { ...change, from: before?.from ?? change.from }], changesCodec)
}
