import { LARGEST_PACKET, type OpenItem, type RenewItem } from '../protocol.js'
import type { Change, Counts } from './kernel.js'
import { cappedLease } from './requests.js'

/** What changes in the kernel when sessions come, go on and go. */

/** A session as the helper knows it: enough to take it out again. */
export interface Known {
  readonly n: number
  readonly mac: string
  readonly ip: string
  readonly rate: bigint | undefined
  /** When its lease ends, by the clock of this process; only for tidying up after a node that is gone. */
  endsAt: number
  /** What the node allowed and what was last read: for putting it in again. */
  quota: bigint
  used: bigint
}

/** The kernel's quota is a signed number. */
const MOST_BYTES = 2n ** 62n

const bigger = (a: bigint, b: bigint) => (a > b ? a : b)
const smaller = (a: bigint, b: bigint) => (a < b ? a : b)

/** What the kernel may let pass until the quota is reached; nothing once it is. */
function remaining(quota: bigint, used: bigint): bigint {
  return used >= quota ? 0n : smaller(quota - used + LARGEST_PACKET, MOST_BYTES)
}

/** The lease that a renewal means; what was used is what the node or the kernel counted, whichever is more. */
export function leaseOf(item: RenewItem, counts: Counts | undefined) {
  const used = bigger(BigInt(item.used), BigInt((counts?.up ?? 0) + (counts?.down ?? 0)))
  const [forMs, quota] = [cappedLease(item.forMs), BigInt(item.quota)]
  return { number: item.n, forMs, bytes: remaining(quota, used), quota, used }
}

/** Everything of a session but its lease. */
export function standing({ n: number, mac, ip, rate }: Known): Change[] {
  return [
    { set: 'up', keep: true, number },
    { set: 'down', keep: true, number },
    ...(rate === undefined ? [] : [{ set: 'rate', keep: true, number, rate } as const]),
    { set: 'who', keep: true, mac, ip, number },
    { set: 'to', keep: true, mac, ip, number },
  ]
}

export function admission(session: Known, { forMs, quota }: OpenItem): Change[] {
  const bytes = remaining(BigInt(quota), 0n)
  return [...standing(session), { set: 'lease', keep: true, number: session.n, forMs: cappedLease(forMs), bytes }]
}

function leaseOut(number: number): Change {
  return { set: 'lease', keep: false, number, forMs: 1, bytes: 0n }
}

/** What cuts a session; the counters stay for the last reading. */
export function withdrawal({ n: number, mac, ip }: Known): Change[] {
  return [leaseOut(number), { set: 'who', keep: false, mac, ip, number }, { set: 'to', keep: false, mac, ip, number }]
}

export function leftovers({ n: number, rate }: Known): Change[] {
  return [
    { set: 'up', keep: false, number },
    { set: 'down', keep: false, number },
    ...(rate === undefined ? [] : [{ set: 'rate', keep: false, number, rate } as const]),
  ]
}

/** A session in the kernel again, with the time and the bytes that are left. */
export function again(session: Known, now: number): Change[] {
  const { n: number, endsAt, quota, used } = session
  return [
    ...standing(session),
    { set: 'lease', keep: true, number, forMs: Math.max(Math.ceil(endsAt - now), 1), bytes: remaining(quota, used) },
  ]
}
