import type { Invariant } from '../../module.js'
import { histories, sessions } from './state.js'

/** Every session has settled something, and no more of it became debt than was settled. */
export const settledCovers: Invariant = store => {
  for (const [id, { settled, short }] of sessions.list(store)) {
    if (settled <= 0n || short < 0n || short > settled) return `${id}: settled ${settled}, short ${short}`
  }
  return undefined
}

/** A client's history is the sum of its sessions. */
export const historySums: Invariant = store => {
  const sums = new Map<string, bigint>()
  for (const [id, { asset, settled }] of sessions.list(store)) {
    const key = `${asset}/${id.slice(0, id.indexOf('/'))}`
    sums.set(key, (sums.get(key) ?? 0n) + settled)
  }
  for (const [key, { settled }] of histories.list(store)) {
    if (settled !== (sums.get(key) ?? 0n))
      return `${key}: history says ${settled}, sessions sum to ${sums.get(key) ?? 0n}`
  }
  return undefined
}
