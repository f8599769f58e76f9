import type { ScheduledHandler } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import type { Money, SessionsNeeds } from './needs.js'
import { escrows, holdId } from './state.js'

/** Returns what is left of an escrow to its client and forgets it. The id may be used again then. */
export function releaseEscrow(money: Money, store: Store, id: string, block: BlockContext): readonly LedgerEvent[] {
  const entry = escrows.get(store, id)
  if (entry === undefined) return []
  const slash = id.indexOf('/')
  const client = id.slice(0, slash)
  const escrow = id.slice(slash + 1)
  const { amount, events } = money.release(store, holdId(client, escrow), block)
  escrows.delete(store, id)
  const { provider, asset } = entry
  return [{ type: 'sessions/released', escrow, client, provider, asset, amount: amount.toString() }, ...events]
}

/** Scheduled `sessions/release`: an entry whose escrow was closed or put off meanwhile finds nothing due. */
export const release =
  ({ money }: SessionsNeeds): ScheduledHandler =>
  (store, id, block) => {
    const entry = escrows.get(store, id)
    return entry === undefined || entry.releaseMs > block.timeMs ? [] : releaseEscrow(money, store, id, block)
  }
