import { ConetError, InvariantError } from '../errors/index.js'
import type { UnixMillis } from '../units/index.js'
import type { Envelope, Sha256, Verify } from '../wire/index.js'
import { authenticate, type Gate } from './authenticate.js'
import { firstDueMs } from './due.js'
import { type Executed, executeBlock, machineParams, tryTx } from './execute.js'
import { malformed, parseGenesis } from './genesis.js'
import type { Module } from './module.js'
import { SnapshotKeeper } from './snapshot.js'
import { LedgerState } from './state.js'
import { type ModuleTable, moduleTable } from './table.js'
import type {
  Application,
  Block,
  BlockContext,
  BlockResult,
  Genesis,
  Info,
  Proof,
  SignedTx,
  SnapshotInfo,
  StateStorage,
  TxResult,
} from './types.js'
import type { StateView } from './view.js'

/** What the host process gives the machine. */
export interface ApplicationOptions {
  /** The composition list, `ledgerModules(…)`. */
  readonly modules: readonly Module[]
  readonly storage: StateStorage
  readonly sha256: Sha256
  /** The ledger's Ed25519 verifier, for transactions that come unverified; without it those are `SIGNATURE_INVALID`. */
  readonly verify?: Verify
  /** Most decoded records kept in memory, about 400 bytes each; default 131,072. */
  readonly cacheEntries?: number
}

/** 2^17 records: about 50 MB when full. */
const CACHE_ENTRIES = 131_072

/**
 * Opens the machine on its storage: an empty one waits for `initGenesis` or `restore`, a used one continues where its
 * last commit ended.
 *
 * @throws {ConetError} `MODULES_UNSATISFIED`, `STATE_CORRUPT` if the stored records do not hash to the stored app hash
 */
export function createApplication(options: ApplicationOptions): Application {
  return new Machine(options)
}

class Machine implements Application {
  readonly #table: ModuleTable
  readonly #state: LedgerState
  readonly #verify: Verify | undefined
  readonly #snapshots: SnapshotKeeper

  constructor(options: ApplicationOptions) {
    this.#table = moduleTable(options.modules)
    this.#state = new LedgerState(options.storage, options.sha256, options.cacheEntries ?? CACHE_ENTRIES)
    this.#verify = options.verify
    this.#snapshots = new SnapshotKeeper(options.storage)
  }

  info(): Info {
    return this.#state.info
  }

  initGenesis(genesis: Genesis): Info {
    if (this.#state.initialised) {
      throw new ConetError('GENESIS_REPEATED', 'this storage already holds a ledger; genesis is only for an empty one')
    }
    const checked = parseGenesis(genesis)
    const view = this.#state.view()
    this.#loadParams(view, checked)
    for (const module of this.#table.modules) module.genesis?.(view, checked)
    this.#state.begin(view, checked.lid, checked.timeMs)
    return this.#state.commit()
  }

  check(tx: SignedTx, nowMs: UnixMillis): TxResult {
    const { height, timeMs } = this.#state.info
    return tryTx(this.#gate(), this.#state.view(), tx, { height: height + 1, timeMs: Math.max(nowMs, timeMs) })
  }

  signerKey(envelope: Envelope): Uint8Array | undefined {
    const { kid, typ } = envelope.header
    const key = this.#table.signerKey(this.#state.view(), kid, typ, this.#state.info.timeMs)
    return key.ok ? key.value : undefined
  }

  prepareProposal(txs: readonly SignedTx[], context: BlockContext, maxBytes: number): readonly SignedTx[] {
    const gate = this.#gate()
    const view = this.#state.view()
    const hashes = new Set<string>()
    let bytes = 0
    return txs.filter(tx => {
      const { hash, text } = tx.envelope
      if (hashes.has(hash) || bytes + text.length > maxBytes) return false
      if (!authenticate(gate, view, tx, context.timeMs).ok) return false
      hashes.add(hash)
      bytes += text.length
      return true
    })
  }

  processProposal(block: Block): boolean {
    return this.#follows(block)
  }

  finalizeBlock(block: Block): BlockResult {
    if (!this.#follows(block)) {
      const { height, timeMs } = this.#state.info
      throw new ConetError(
        'BLOCK_OUT_OF_ORDER',
        `block ${block.height} does not follow block ${height}, or goes back in time`,
        {
          data: { height, timeMs, blockHeight: block.height, blockTimeMs: block.timeMs },
        },
      )
    }
    this.#state.discard()
    const view = this.#state.view()
    const { scheduled, results, validatorUpdates } = this.#execute(view, block)
    const { height, timeMs } = block
    const appHash = this.#state.stage(view, block, results, scheduled)
    return {
      height,
      timeMs,
      results,
      scheduled,
      appHash,
      ...(validatorUpdates.length === 0 ? {} : { validatorUpdates }),
    }
  }

  commit(): Info {
    return this.#state.commit()
  }

  query(name: string, args: Readonly<Record<string, unknown>>): unknown {
    if (name === 'machine/due') return firstDueMs(this.#state.view())
    const query = this.#table.queries.get(name)
    if (query === undefined) {
      throw new ConetError('QUERY_UNKNOWN', `no query is called ${name}`, { data: { name } })
    }
    return query(this.#state.view(), args, this.#state.info)
  }

  prove(key: string): Proof | undefined {
    return this.#state.prove(key)
  }

  checkInvariants(): void {
    const view = this.#state.view()
    for (const [name, holds] of this.#table.invariants) {
      const wrong = holds(view)
      if (wrong !== undefined) throw new InvariantError(name, wrong)
    }
  }

  snapshot(): SnapshotInfo {
    this.#state.requireInitialised()
    return this.#snapshots.take(this.#state.info)
  }

  snapshotChunk(height: number, chunk: number): Uint8Array {
    return this.#snapshots.chunk(height, chunk)
  }

  restore(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Info {
    if (this.#state.initialised) {
      throw new ConetError(
        'STORAGE_NOT_EMPTY',
        'a snapshot is restored into empty storage only; this one holds a ledger',
      )
    }
    return this.#state.restore(info, chunks)
  }

  #gate(): Gate {
    this.#state.requireInitialised()
    return { lid: this.#state.info.lid, table: this.#table, seen: this.#state.seen, verify: this.#verify }
  }

  #execute(view: StateView, block: Block): Executed {
    try {
      return executeBlock(this.#gate(), view, block)
    } catch (error) {
      view.discard()
      throw error
    }
  }

  #follows(block: BlockContext): boolean {
    const { height, timeMs } = this.#state.info
    if (!Number.isSafeInteger(block.timeMs) || block.timeMs < timeMs) return false
    return this.#state.initialised && block.height === height + 1
  }

  #loadParams(view: StateView, genesis: Genesis): void {
    const owners = new Map(this.#table.modules.map(module => [module.name, module.params]))
    owners.set('machine', machineParams)
    for (const [name, raw] of Object.entries(genesis.params ?? {})) {
      const params = owners.get(name)
      if (params === undefined) throw malformed(`params/${name}`, 'parameters of a module of this ledger')
      const loaded = params.load(view, raw)
      if (!loaded.ok)
        throw malformed(`params/${name}/${String(loaded.data.field)}`, 'a known parameter within its range')
    }
  }
}
