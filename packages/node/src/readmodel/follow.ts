import type { CommittedBlock, Engine } from '@conet/engines'
import { boardEvents } from './board.js'
import type { ReadModel } from './readmodel.js'

/** Blocks taken in with one transaction at most: catching up is bound by commits otherwise. */
const BATCH = 256
/** Blocks read ahead while a transaction runs. */
const AHEAD = 2 * BATCH
/** Pause before a failed batch is tried again: 0.2 s doubled up to 10 s. */
const RETRY_MS = { first: 200, longest: 10_000 }

/** What following needs of an engine. */
export type BlockSource = Pick<Engine, 'block' | 'blocks' | 'query'>

/** Where failures go, and how to wait: passed in, so that tests need no clock. */
export interface FollowPorts {
  onError(error: unknown): void
  /** Resolves after the time or when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}

/** Whether the ledger still has the block that was taken in last: it may have been restored from an older copy. */
async function agrees(model: ReadModel, source: BlockSource): Promise<boolean> {
  if (model.height === 0) return true
  const block = await source.block(model.height)
  return block?.result.appHash === model.appHash
}

/** Reads ahead of the writer, and waits when it is far enough ahead. */
class Ahead {
  readonly #blocks: CommittedBlock[] = []
  #wake: (() => void) | undefined
  #ended = false

  async fill(blocks: AsyncIterable<CommittedBlock>): Promise<void> {
    try {
      for await (const block of blocks) {
        this.#blocks.push(block)
        this.#notify()
        while (this.#blocks.length >= AHEAD) await this.#change()
      }
    } finally {
      this.#ended = true
      this.#notify()
    }
  }

  /** Everything that is there, at least one; `undefined` at the end. */
  async take(): Promise<CommittedBlock[] | undefined> {
    while (this.#blocks.length === 0) {
      if (this.#ended) return undefined
      await this.#change()
    }
    const taken = this.#blocks.splice(0, BATCH)
    this.#notify()
    return taken
  }

  /** Lets a waiting reader go on to its end. */
  end(): void {
    this.#blocks.length = 0
    this.#notify()
  }

  #notify(): void {
    this.#wake?.()
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      const before = this.#wake
      this.#wake = () => {
        this.#wake = undefined
        before?.()
        resolve()
      }
    })
  }
}

/** Takes blocks in; a ledger that began with a snapshot has none from before it, and its board is read from its state. */
async function takeIn(model: ReadModel, source: BlockSource, blocks: readonly CommittedBlock[]): Promise<void> {
  const [first] = blocks
  if (model.height === 0 && first !== undefined && first.height > 1) await model.begin(first, boardEvents(source))
  await model.apply(blocks)
}

async function untilDone(work: () => Promise<void>, ports: FollowPorts, signal: AbortSignal) {
  let wait = RETRY_MS.first
  while (!signal.aborted) {
    try {
      return await work()
    } catch (error) {
      ports.onError(error)
      await ports.pause(wait, signal)
      wait = Math.min(wait * 2, RETRY_MS.longest)
    }
  }
}

/**
 * Keeps the read model at the head of the ledger until `signal` aborts. Starts again from genesis by itself if the ledger is
 * not the one that filled it. A database that fails for a time is waited for: the ledger never waits for it.
 */
export async function followLedger(
  model: ReadModel,
  source: BlockSource,
  ports: FollowPorts,
  signal: AbortSignal,
): Promise<void> {
  if (!(await agrees(model, source))) await model.clear()
  const ahead = new Ahead()
  const reading = ahead.fill(source.blocks(model.height + 1, signal))
  // A failure is reported by the await below; without this it would count as unhandled in between.
  reading.catch(() => undefined)
  for (let blocks = await ahead.take(); blocks !== undefined && !signal.aborted; blocks = await ahead.take()) {
    const taken = blocks
    await untilDone(() => takeIn(model, source, taken), ports, signal)
  }
  ahead.end()
  await reading
}
