import type { TxResult } from '@conet/core/ledger'
import { encodeBlock } from '../blocks/index.js'
import type { CommittedBlock, Engine } from '../contract.js'

/** A comment line this often shows both sides that the connection lives. */
const HEARTBEAT_MS = 15_000
/** Followers give up a stream that was silent for three heartbeats. */
export const SILENCE_MS = 3 * HEARTBEAT_MS

/** Paths of the ledger API that followers use; a node mounts them. */
export const LEDGER_PATHS = { genesis: '/v1/ledger/genesis', stream: '/v1/ledger/stream', txs: '/v1/txs' } as const

/** Answer of `POST /v1/txs`. `height` is the height at which the result can be seen, absent if it is in no block. */
export interface SubmitAnswer {
  readonly hash: string
  readonly code: string
  readonly data: TxResult['data']
  readonly height?: number | null
}

/** One block as one server-sent event; the event's id is the height. */
export function blockEvent(block: CommittedBlock): string {
  return `id: ${block.height}\ndata: ${encodeBlock(block)}\n\n`
}

/**
 * Body of `GET /v1/ledger/stream?from=N`: every block from `from` on, then live ones, with heartbeats. Write each text to a
 * `text/event-stream` response, wait for its drain, and abort `signal` when the reader goes away.
 */
export async function* blockStream(engine: Engine, from: number, signal: AbortSignal): AsyncGenerator<string> {
  const blocks = engine.blocks(from, signal)[Symbol.asyncIterator]()
  yield ': conet ledger\n\n'
  for (let next = blocks.next(); !signal.aborted; ) {
    const first = await Promise.race([next, heartbeat(signal, next)])
    if (first === 'heartbeat') {
      yield ': \n\n'
      continue
    }
    if (first.done === true) return
    yield blockEvent(first.value)
    next = blocks.next()
  }
}

/** Resolves after a heartbeat's time; the timer ends with `other` so that none is left behind. */
function heartbeat(signal: AbortSignal, other: Promise<unknown>): Promise<'heartbeat'> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve('heartbeat'), HEARTBEAT_MS)
    timer.unref()
    const end = () => clearTimeout(timer)
    signal.addEventListener('abort', end, { once: true })
    other.then(end, end).finally(() => signal.removeEventListener('abort', end))
  })
}
