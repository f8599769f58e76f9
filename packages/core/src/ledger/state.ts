import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ConetError } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import type { Sha256 } from '../wire/index.js'
import { jsonCodec, textCodec } from './codec.js'
import { appHashOf, NO_HISTORY, nextHistory, type StagedUpdate, StateCommitment } from './commitment/index.js'
import { CommittedRecords, readStored, storedText } from './records.js'
import { isWindowKey, type LoadCode, SeenTransactions, windows, wrong } from './seen.js'
import { readChunks } from './snapshot.js'
import type { BlockContext, Info, LedgerEvent, Proof, SnapshotInfo, StateStorage, TxResult } from './types.js'
import { type Change, StateView } from './view.js'

/** Everything from here on in key order is not a record of the state. */
const END_OF_STATE = '~'
const META = '~meta'

/** What is stored beside the records, in the same batch. */
interface Meta extends Info {
  readonly historyRoot: Hash
  readonly treeDepth: number
}

type Row = readonly [key: string, text: string | undefined]

/** A block that was executed but is not committed. */
interface Pending {
  readonly meta: Meta
  readonly view: StateView
  readonly changes: readonly Change[]
  readonly staged: StagedUpdate
  readonly local: readonly Row[]
}

const metaCodec = jsonCodec<Meta>()
const ledgerCodec = jsonCodec<{ readonly lid: string }>()
const EMPTY: Info = { lid: '', height: 0, timeMs: 0, appHash: '0'.repeat(64) }

/** The ledger's whole state: records, commitment, replay windows, and the step from one block to the next. */
export class LedgerState {
  readonly #storage: StateStorage
  readonly #sha256: Sha256
  readonly #cacheEntries: number
  #records: CommittedRecords
  #commitment: StateCommitment
  #meta: Meta | undefined
  #pending: Pending | undefined
  seen: SeenTransactions

  constructor(storage: StateStorage, sha256: Sha256, cacheEntries: number) {
    this.#storage = storage
    this.#sha256 = sha256
    this.#cacheEntries = cacheEntries
    this.#records = new CommittedRecords(storage, cacheEntries)
    this.seen = new SeenTransactions(sha256)
    this.#commitment = StateCommitment.rebuild([], undefined, sha256)
    this.#open('STATE_CORRUPT')
  }

  get info(): Info {
    if (this.#meta === undefined) return EMPTY
    const { lid, height, timeMs, appHash } = this.#meta
    return { lid, height, timeMs, appHash }
  }

  get initialised(): boolean {
    return this.#meta !== undefined
  }

  requireInitialised(): Meta {
    if (this.#meta !== undefined) return this.#meta
    throw new ConetError('NOT_INITIALISED', 'this ledger has no state yet: give it a genesis or a snapshot first')
  }

  /** A fresh view of the committed state. */
  view(): StateView {
    return new StateView(this.#records)
  }

  /** Stages the genesis state. */
  begin(view: StateView, lid: string, timeMs: UnixMillis): void {
    view.set('machine/ledger', { lid }, ledgerCodec)
    this.#pend(view, { lid, height: 0, timeMs }, NO_HISTORY, [])
  }

  /** Stages an executed block. @returns its app hash */
  stage(view: StateView, block: BlockContext, results: readonly TxResult[], scheduled: readonly LedgerEvent[]): Hash {
    const meta = this.requireInitialised()
    const { height, timeMs } = block
    const local = results.length === 0 ? [] : [...this.seen.stage(view, height, timeMs)]
    const history = nextHistory(hexToBytes(meta.historyRoot), results, scheduled, this.#sha256)
    return this.#pend(view, { lid: meta.lid, height, timeMs }, history, local)
  }

  /** Forgets what was staged. */
  discard(): void {
    if (this.#pending !== undefined) {
      this.#pending.view.discard()
      this.#commitment.discard()
    }
    this.#pending = undefined
    this.seen.discard()
  }

  /** Writes what was staged in one batch and makes it the committed state. */
  commit(): Info {
    const pending = this.#pending
    if (pending === undefined)
      throw new ConetError('NOTHING_TO_COMMIT', 'commit follows finalizeBlock; there is no finalized block')
    const { view, changes, staged, local, meta } = pending
    const batch: Row[] = [...local, [META, metaCodec.encode(meta)]]
    for (const { key, text, index } of changes) {
      batch.push([key, text === undefined ? undefined : storedText(index, text)])
    }
    this.#storage.write(batch)
    view.commit()
    this.#commitment.apply(staged)
    this.seen.apply(meta.height)
    this.#meta = meta
    this.#pending = undefined
    return this.info
  }

  prove(key: string): Proof | undefined {
    const record = key >= END_OF_STATE ? undefined : this.#records.raw(key)
    if (record === undefined) return undefined
    const [index, value] = record
    const siblings = this.#commitment.siblings(index).map(bytesToHex)
    return { key, value, index, siblings, historyRoot: this.requireInitialised().historyRoot }
  }

  /**
   * Writes a snapshot into empty storage; nothing is left there if it does not hash to `info.appHash`. The app hash says
   * nothing of the time: a wrong one passes here as far as the replay windows allow it (LED-51).
   */
  restore(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Info {
    const batch = readChunks(chunks)
    for (const key of batch.keys()) {
      if (key >= END_OF_STATE && key !== META && !isWindowKey(key)) throw mismatch(`nothing is kept at ${key}`)
    }
    this.#storage.write(batch)
    try {
      this.#open('SNAPSHOT_MISMATCH')
      const { height, appHash } = this.info
      if (height !== info.height || appHash !== info.appHash)
        throw mismatch(`it holds block ${height} with app hash ${appHash}`)
    } catch (error) {
      this.#storage.write(new Map([...batch.keys()].map(key => [key, undefined])))
      this.#open('STATE_CORRUPT')
      throw error instanceof ConetError ? error : mismatch(String(error))
    }
    return this.info
  }

  #pend(view: StateView, at: Omit<Info, 'appHash'>, history: Uint8Array, local: Pending['local']): Hash {
    const changes = view.encoded()
    const staged = this.#commitment.stage(changes)
    const { root, depth } = staged
    const appHash = bytesToHex(appHashOf(root, history, this.#sha256))
    const meta: Meta = { ...at, appHash, historyRoot: bytesToHex(history), treeDepth: depth }
    this.#pending = { meta, view, changes, staged, local }
    return appHash
  }

  /** Reads the state of the storage and checks that it hashes to what was committed. */
  #open(code: LoadCode): void {
    const text = this.#storage.get(META)
    const meta = text === undefined ? undefined : metaCodec.decode(text)
    this.#records = new CommittedRecords(this.#storage, this.#cacheEntries)
    this.seen = new SeenTransactions(this.#sha256)
    this.#commitment = StateCommitment.rebuild(this.#all(), meta?.treeDepth, this.#sha256)
    this.#meta = meta
    if (meta === undefined) return
    const found = bytesToHex(appHashOf(this.#commitment.root, hexToBytes(meta.historyRoot), this.#sha256))
    const ledger = this.#records.get('machine/ledger', ledgerCodec).value as { lid: string } | undefined
    if (found !== meta.appHash || ledger?.lid !== meta.lid) {
      const why = `the records hash to ${found}, but block ${meta.height} was committed with ${meta.appHash}`
      throw wrong(code, why, { height: meta.height, found, expected: meta.appHash })
    }
    this.seen.load(this.#storage, this.#records.range(windows.prefix, textCodec, undefined), meta, code)
  }

  *#all(): Iterable<readonly [string, number, string]> {
    for (const [key, stored] of this.#storage.range('', END_OF_STATE, Number.POSITIVE_INFINITY)) {
      yield [key, ...readStored(stored)]
    }
  }
}

function mismatch(why: string): ConetError {
  return new ConetError('SNAPSHOT_MISMATCH', `the snapshot is not the announced one: ${why}`, { verdict: 'punish' })
}
