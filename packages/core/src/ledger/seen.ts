import { bytesToHex } from '@noble/hashes/utils.js'
import { ConetError } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import type { Sha256 } from '../wire/index.js'
import { MAX_TX_LIFE_S } from './authenticate.js'
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

/** What a state is refused with when it is opened or restored. */
export type LoadCode = 'STATE_CORRUPT' | 'SNAPSHOT_MISMATCH'

/** Which block a state belongs to. */
interface At {
  readonly height: number
  readonly timeMs: UnixMillis
}

/** Running hash of each window; part of the state, so that a snapshot's windows can be checked (LED-16). */
export const windows = collection('machine/seen/', textCodec)

/** Transactions that expire in one minute. */
interface Window {
  readonly hashes: Set<Hash>
  /** Heights that wrote into it, for deletion. */
  readonly heights: number[]
  /** Those of `hashes` that belong to the block under way, in order. */
  marks: Hash[]
}

/**
 * Remembers the transactions of the last ten minutes until they expire, so that each runs at most once. The hashes are
 * kept in memory and in storage outside the Merkle tree; the tree holds one running hash per expiry minute:
 * SHA-256 over the hex text of the previous running hash and of the hashes of one block in order.
 */
export class SeenTransactions {
  readonly #sha256: Sha256
  /** By minute since the epoch. */
  readonly #windows = new Map<number, Window>()
  #dropped: number[] = []

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  /**
   * Reads the windows back. What was brought and what the state commits to must be the same windows: one that is left
   * out would let its transactions run again. The height of an entry is not committed, it serves deletion only.
   *
   * @param committed - the committed running hashes, `<key> → <hash>`
   * @param at - the state's block: no entry is later, and no window begins later than a transaction may expire by then
   * @throws {ConetError} with `code` if they differ
   */
  load(storage: StateStorage, committed: Iterable<readonly [string, string]>, at: At, code: LoadCode): void {
    const hashes = this.#read(storage, at.height, code)
    for (const [key, hash] of committed) {
      const name = key.slice(windows.prefix.length)
      if (hashes.get(name) !== hash)
        throw wrong(code, `the transactions remembered for window ${name} are not the committed ones`)
      if (Number(name) * WINDOW_S * 1000 > at.timeMs + MAX_TX_LIFE_S * 1000)
        throw wrong(code, `window ${name} holds transactions that were not allowed by the time ${at.timeMs}`)
      hashes.delete(name)
    }
    for (const name of hashes.keys()) throw wrong(code, `window ${name} is not committed`)
  }

  /** @returns the running hash of each window in storage */
  #read(storage: StateStorage, last: number, code: LoadCode): Map<string, string> {
    const hashes = new Map<string, string>()
    for (const [key, text] of storage.range(LOCAL, `${LOCAL}\x7f`, Number.POSITIVE_INFINITY)) {
      const [, name = '', digits = ''] = key.split('/')
      const height = Number(digits)
      if (!(height <= last) || key !== localKey(name, height)) throw wrong(code, `${key} is not an entry of a window`)
      hashes.set(name, this.#chain(hashes.get(name), text))
      const window = this.#windowAt(Number(name))
      window.heights.push(height)
      for (const hash of split(text)) window.hashes.add(hash)
    }
    return hashes
  }

  /** Whether a transaction with this expiry (Unix seconds) ran before, in a committed block or in the one under way. */
  has(hash: Hash, expS: number): boolean {
    return this.#windows.get(minuteOf(expS))?.hashes.has(hash) === true
  }

  /** Marks a transaction of the block under way. */
  mark(hash: Hash, expS: number): void {
    const window = this.#windowAt(minuteOf(expS))
    window.hashes.add(hash)
    window.marks.push(hash)
  }

  /**
   * Writes the running hashes of the block's windows, and drops windows that are over. Does nothing in a block without
   * transactions: an empty block changes no state.
   *
   * @returns entries to store beside the state
   */
  stage(store: Store, height: number, timeMs: UnixMillis): Map<string, string | undefined> {
    const local = new Map<string, string | undefined>()
    this.#dropped = []
    for (const [minute, { marks, heights }] of this.#windows) {
      const name = nameOf(minute)
      if (marks.length > 0) {
        const text = marks.join('')
        windows.put(store, name, this.#chain(windows.get(store, name), text))
        local.set(localKey(name, height), text)
      }
      if ((minute + 1) * WINDOW_S * 1000 > timeMs) continue
      this.#dropped.push(minute)
      windows.delete(store, name)
      for (const past of heights) local.set(localKey(name, past), undefined)
    }
    return local
  }

  /** The staged block is committed. */
  apply(height: number): void {
    for (const minute of this.#dropped) this.#windows.delete(minute)
    this.#dropped = []
    for (const window of this.#windows.values()) {
      if (window.marks.length === 0) continue
      window.heights.push(height)
      window.marks = []
    }
  }

  /** The staged block is not committed: what it marked is forgotten. */
  discard(): void {
    this.#dropped = []
    for (const [minute, window] of this.#windows) {
      for (const hash of window.marks) window.hashes.delete(hash)
      window.marks = []
      if (window.hashes.size === 0) this.#windows.delete(minute)
    }
  }

  #chain(previous: string | undefined, text: string): string {
    return bytesToHex(this.#sha256((previous ?? NO_HASH) + text))
  }

  /** The window of a minute, made if it is new. */
  #windowAt(minute: number): Window {
    const known = this.#windows.get(minute)
    if (known !== undefined) return known
    const window: Window = { hashes: new Set(), heights: [], marks: [] }
    this.#windows.set(minute, window)
    return window
  }
}

/** Whether a key beside the state belongs to the windows. */
export function isWindowKey(key: string): boolean {
  return key.startsWith(LOCAL)
}

/** A refusal of what was read; a snapshot came from somebody, who is to blame for it. */
export function wrong(code: LoadCode, why: string, data: ConetError['data'] = {}): ConetError {
  return new ConetError(code, why, { verdict: code === 'SNAPSHOT_MISMATCH' ? 'punish' : 'reject', data })
}

function minuteOf(expS: number): number {
  return Math.floor(expS / WINDOW_S)
}

/** Name of a window in the state: minutes since the epoch, eight digits until the year 2160, so text order is time order. */
function nameOf(minute: number): string {
  return String(minute).padStart(8, '0')
}

function localKey(window: string, height: number): string {
  return `${LOCAL}${window}/${String(height).padStart(12, '0')}`
}

function* split(text: string): Iterable<Hash> {
  for (let at = 0; at < text.length; at += HASH_CHARS) yield text.slice(at, at + HASH_CHARS)
}
