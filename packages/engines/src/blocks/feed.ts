import type { CommittedBlock } from '../contract.js'

/** Blocks kept in memory for readers that are nearly up to date, as far as they hold no more transactions than this. */
const RECENT_BLOCKS = 64
const RECENT_TXS = 2_000

/** The committed blocks of one replica, for any number of readers, each at its own pace. */
export interface BlockFeed {
  /** Height of the last published block. */
  height(): number
  publish(block: CommittedBlock): void
  block(height: number): Promise<CommittedBlock | undefined>
  /** Every block from `from` on, then live ones; ends on `signal` or on `close`. Nothing is queued per reader. */
  blocks(from: number, signal: AbortSignal): AsyncIterable<CommittedBlock>
  close(): void
}

/**
 * @param startHeight - height already committed when the feed opens
 * @param load - reads an older block, `undefined` if it is not kept
 * @param firstHeight - readers from before begin here: earlier blocks are not kept
 */
export function blockFeed(
  startHeight: number,
  load: (height: number) => Promise<CommittedBlock | undefined>,
  firstHeight = 1,
): BlockFeed {
  const recent: CommittedBlock[] = []
  let recentTxs = 0
  const waiting = new Set<() => void>()
  let height = startHeight
  let closed = false

  const wakeAll = () => {
    for (const wake of waiting) wake()
    waiting.clear()
  }
  const block = async (at: number) =>
    at > height ? undefined : (recent.find(kept => kept.height === at) ?? (await load(at)))
  const next = (signal: AbortSignal) =>
    new Promise<void>(resolve => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        waiting.delete(wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake)
    })

  async function* blocks(from: number, signal: AbortSignal) {
    for (let at = Math.max(firstHeight, from); !signal.aborted && !closed; ) {
      if (at > height) {
        await next(signal)
        continue
      }
      const found = await block(at)
      if (found === undefined) return
      yield found
      at += 1
    }
  }
  return {
    height: () => height,
    publish(published) {
      height = published.height
      recent.push(published)
      recentTxs += published.txs.length
      while (recent.length > RECENT_BLOCKS || (recent.length > 1 && recentTxs > RECENT_TXS)) {
        recentTxs -= recent.shift()?.txs.length ?? 0
      }
      wakeAll()
    },
    block,
    blocks,
    close() {
      closed = true
      wakeAll()
    },
  }
}
