import { bytesToHex } from '@noble/hashes/utils.js'
import { ConetError } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import type { Sha256 } from '../wire/index.js'
import { textCodec } from './codec.js'
import { collection, type Store } from './store.js'
import type { StateStorage } from './types.js'

/** Length of one window in seconds: transactions are remembered by the minute in which they expire. */
const WINDOW_S = 60
/** Hex characters of one hash. */
const HASH_CHARS = 64
/** Running hash before the first transaction of a window. */
const NO_HASH = '0'.repeat(HASH_CHARS)
/** Where the hashes themselves lie: beside the state, one entry per window and block. */
const LOCAL = '~seen/'

/** Running hash of each window; part of the state, so that a snapshot's windows can be checked (LED-16). */
const windows = collection('machine/seen/', textCodec)

/** A transaction to remember. */
interface Mark {
  readonly window: string
  readonly hash: Hash
}

/**
 * Remembers the transactions of the last ten minutes until they expire, so that each runs at most once. The hashes are
 * kept in memory and in storage outside the Merkle tree; the tree holds one running hash per expiry minute:
 * SHA-256 over the hex text of the previous running hash and of the hashes of one block in order.
 */
export class SeenTransactions {
  readonly #sha256: Sha256
  readonly #windows = new Map<string, Set<Hash>>()
  /** Heights that wrote into a window, for deletion. */
  readonly #heights = new Map<string, number[]>()
  #marks: Mark[] = []
  #marked = new Set<Hash>()
  #dropped: string[] = []

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  /**
   * Reads the windows back and checks them against the running hashes of the state.
   *
   * @param running - reads the committed running hash of a window
   * @throws {ConetError} `SNAPSHOT_MISMATCH` if they differ
   */
  load(storage: StateStorage, running: (key: string) => string | undefined): void {
    const hashes = new Map<string, string>()
    for (const [key, text] of storage.range(LOCAL, `${LOCAL}\x7f`, Number.POSITIVE_INFINITY)) {
      const [, window = '', height = ''] = key.split('/')
      hashes.set(window, this.#chain(hashes.get(window), text))
      const set = this.#wroteAt(window, Number(height))
      for (const mark of split(text)) set.add(mark)
    }
    for (const [window, hash] of hashes) {
      if (running(windows.key(window)) === hash) continue
      throw new ConetError(
        'SNAPSHOT_MISMATCH',
        `the transactions remembered for window ${window} are not the committed ones`,
      )
    }
  }

  /** Whether a transaction with this expiry (Unix seconds) ran before, in a committed block or in the one under way. */
  has(hash: Hash, expS: number): boolean {
    return this.#marked.has(hash) || this.#windows.get(windowOf(expS))?.has(hash) === true
  }

  /** Marks a transaction of the block under way. */
  mark(hash: Hash, expS: number): void {
    this.#marks.push({ window: windowOf(expS), hash })
    this.#marked.add(hash)
  }

  /**
   * Writes the running hashes of the block's windows, and drops windows that are over. Does nothing in a block without
   * transactions: an empty block changes no state.
   *
   * @returns entries to store beside the state
   */
  stage(store: Store, height: number, timeMs: UnixMillis): Map<string, string | undefined> {
    const local = new Map<string, string | undefined>()
    for (const [window, text] of this.#byWindow()) {
      windows.put(store, window, this.#chain(windows.get(store, window), text))
      local.set(localKey(window, height), text)
    }
    this.#dropped = [...this.#windows.keys()].filter(window => (Number(window) + 1) * WINDOW_S * 1000 <= timeMs)
    for (const window of this.#dropped) {
      windows.delete(store, window)
      for (const past of this.#heights.get(window) ?? []) local.set(localKey(window, past), undefined)
    }
    return local
  }

  /** The staged block is committed. */
  apply(height: number): void {
    for (const window of this.#dropped) {
      this.#windows.delete(window)
      this.#heights.delete(window)
    }
    for (const window of new Set(this.#marks.map(mark => mark.window))) this.#wroteAt(window, height)
    for (const { window, hash } of this.#marks) this.#windows.get(window)?.add(hash)
    this.discard()
  }

  /** The staged block is not committed. */
  discard(): void {
    this.#marks = []
    this.#marked = new Set()
    this.#dropped = []
  }

  #byWindow(): Map<string, string> {
    const texts = new Map<string, string>()
    for (const { window, hash } of this.#marks) texts.set(window, (texts.get(window) ?? '') + hash)
    return texts
  }

  #chain(previous: string | undefined, text: string): string {
    return bytesToHex(this.#sha256((previous ?? NO_HASH) + text))
  }

  /** Notes that a block wrote into a window, making the window if it is new. */
  #wroteAt(window: string, height: number): Set<Hash> {
    const set = this.#windows.get(window) ?? new Set<Hash>()
    const heights = this.#heights.get(window) ?? []
    heights.push(height)
    this.#windows.set(window, set)
    this.#heights.set(window, heights)
    return set
  }
}

/** Minutes since the epoch, eight digits until the year 2160: text order is time order. */
function windowOf(expS: number): string {
  return String(Math.floor(expS / WINDOW_S)).padStart(8, '0')
}

function localKey(window: string, height: number): string {
  return `${LOCAL}${window}/${String(height).padStart(12, '0')}`
}

function* split(text: string): Iterable<Hash> {
  for (let at = 0; at < text.length; at += HASH_CHARS) yield text.slice(at, at + HASH_CHARS)
}
