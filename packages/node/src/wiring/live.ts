import type { Did } from '@conet/core/units'
import type { CommittedBlock, Engine } from '@conet/engines'
import type { EventHub } from '../events/index.js'

/** Hands on to the owner what a block changed: the block itself, offers, the own balances. */
export function liveBlocks(hub: EventHub, engine: Engine, did: Did): (block: CommittedBlock) => void {
  const known = new Map<string, string>()
  return ({ height, timeMs, result }) => {
    if (!hub.watched) return
    hub.publish({ type: 'block', data: { height, timeMs, txs: result.results.length, appHash: result.appHash } })
    const events = [...result.scheduled, ...result.results.flatMap(tx => tx.events)]
    for (const event of events) {
      if (!event.type.startsWith('registry/offer')) continue
      const offer = event.offer as { id?: unknown } | undefined
      hub.publish({ type: 'offers', data: { id: offer?.id ?? event.id } })
    }
    if (events.length === 0) return
    for (const balance of engine.query('accounts/balances', { owner: did }) as readonly { asset: string }[]) {
      const text = JSON.stringify(balance)
      if (known.get(balance.asset) !== text) hub.publish({ type: 'balance', data: balance })
      known.set(balance.asset, text)
    }
  }
}
