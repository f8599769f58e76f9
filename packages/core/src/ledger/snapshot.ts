import { ConetError } from '../errors/index.js'
import { decodeUtf8, encodeUtf8 } from '../wire/index.js'
import type { Info, SnapshotInfo, StateStorage } from './types.js'

/** Target size of a chunk. One record is far below 1 MiB, so no chunk passes 10 MB. */
const CHUNK_BYTES = 8 * 1024 * 1024
/** After every key that is stored. */
const END = '\x7f'

/**
 * Holds the latest snapshot. A chunk is UTF-8 text: one line per stored entry, `<key> <stored text>`, in key order, cut
 * at line ends. Everything in it is a function of the blocks, so every replica makes the same bytes (LED-50).
 */
export class SnapshotKeeper {
  readonly #storage: StateStorage
  #height: number | undefined
  #chunks: readonly Uint8Array[] = []

  constructor(storage: StateStorage) {
    this.#storage = storage
  }

  /** Copies the committed state into chunks; needs as much memory as the state's text. */
  take(info: Info): SnapshotInfo {
    this.#chunks = [...chunksOf(this.#storage)]
    this.#height = info.height
    return { height: info.height, chunks: this.#chunks.length, appHash: info.appHash }
  }

  /** @throws {ConetError} `SNAPSHOT_UNKNOWN` for any but the latest snapshot's chunks */
  chunk(height: number, chunk: number): Uint8Array {
    const bytes = height === this.#height ? this.#chunks[chunk] : undefined
    if (bytes !== undefined) return bytes
    throw new ConetError(
      'SNAPSHOT_UNKNOWN',
      `chunk ${chunk} of height ${height} is not kept; ask for the latest snapshot`,
      {
        verdict: 'retry',
        data: { height, chunk },
      },
    )
  }
}

/** Joins chunks back into stored entries. Throws `SNAPSHOT_MISMATCH` if a line is not an entry. */
export function readChunks(chunks: Iterable<Uint8Array>): Map<string, string> {
  const entries = new Map<string, string>()
  for (const chunk of chunks) {
    const text = decodeUtf8(chunk)
    if (text === undefined) throw unreadable('bytes that are not UTF-8')
    for (const line of text.split('\n')) {
      if (line === '') continue
      const blank = line.indexOf(' ')
      if (blank < 1) throw unreadable('a line without a key')
      entries.set(line.slice(0, blank), line.slice(blank + 1))
    }
  }
  return entries
}

function* chunksOf(storage: StateStorage): Iterable<Uint8Array> {
  let lines: Uint8Array[] = []
  let size = 0
  for (const [key, stored] of storage.range('', END, Number.POSITIVE_INFINITY)) {
    const line = encodeUtf8(`${key} ${stored}\n`)
    if (size + line.length > CHUNK_BYTES) {
      yield join(lines, size)
      lines = []
      size = 0
    }
    lines.push(line)
    size += line.length
  }
  yield join(lines, size)
}

function join(lines: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const line of lines) {
    bytes.set(line, at)
    at += line.length
  }
  return bytes
}

function unreadable(why: string): ConetError {
  return new ConetError('SNAPSHOT_MISMATCH', `the snapshot holds ${why}`, { verdict: 'punish' })
}
