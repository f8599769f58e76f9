import type { Did } from '../../../units/index.js'
import type { Invariant } from '../../module.js'
import type { Store } from '../../store.js'
import type { Board } from './board.js'
import { offers } from './offers.js'
import { requests } from './requests.js'

/** Every offer is found under its provider, and counted once. */
export const offersIndexed: Invariant = store => brokenIndex(store, offers, offer => offer.provider)

/** Every request is found under its owner, and counted once. */
export const requestsIndexed: Invariant = store => brokenIndex(store, requests, request => request.owner)

function brokenIndex<T extends { id: string; version: number; expiresAt: number }>(
  store: Store,
  board: Board<T>,
  ownerOf: (record: T) => Did,
): string | undefined {
  const counted = new Map<Did, number>()
  for (const [id, record] of board.records.list(store)) {
    const owner = ownerOf(record)
    if (record.id !== id || board.byOwner.get(store, `${owner}/${id}`) === undefined) return `index of ${id}`
    counted.set(owner, (counted.get(owner) ?? 0) + 1)
  }
  for (const [owner, count] of board.counts.list(store)) {
    if (counted.get(owner) !== count) return `count of ${owner}`
    counted.delete(owner)
  }
  return counted.size === 0 ? undefined : 'an owner without a count'
}
