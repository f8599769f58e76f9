import { ConetError, InvariantError } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import { decodeEnvelope, type Sha256, type Verify } from '../wire/index.js'
import { createApplication } from './machine.js'
import { memoryStorage } from './memory.js'
import type { Module } from './module.js'
import type { Application, Block, Genesis, Misbehaviour, SignedTx } from './types.js'

/** A block as somebody recorded it: what went in and the app hash that is claimed to have come out. */
export interface RecordedBlock {
  readonly height: number
  readonly timeMs: UnixMillis
  /** Compact JWS texts. */
  readonly txs: readonly string[]
  readonly evidence?: readonly Misbehaviour[]
  readonly appHash: Hash
}

/** Where a recorded ledger stops being true. */
export interface ReplayFault {
  readonly height: number
  readonly code: 'APP_HASH_DIFFERS' | 'INVARIANT_BROKEN' | 'BLOCK_OUT_OF_ORDER' | 'ENVELOPE_MALFORMED'
  readonly detail: string
}

export interface ReplayOptions {
  readonly modules: readonly Module[]
  readonly sha256: Sha256
  /** Every signature is checked again. */
  readonly verify: Verify
  /** Invariants run after every this many blocks and after the last; default 1. They read the whole state. */
  readonly invariantsEvery?: number
}

/** What a replay came to. */
export interface ReplayReport {
  readonly blocks: number
  readonly txs: number
  readonly appHash: Hash
  /** The first fault, `undefined` if everything is as recorded. */
  readonly fault: ReplayFault | undefined
}

/**
 * Runs a whole ledger again from its genesis, in memory, trusting nothing that was recorded, and stops at the first block
 * whose app hash or invariants differ.
 *
 * @throws {ConetError} `GENESIS_MALFORMED`
 * @see docs/spec/ledger.md LED-52
 */
export function replayLedger(genesis: Genesis, blocks: Iterable<RecordedBlock>, options: ReplayOptions): ReplayReport {
  const replay = new LedgerReplay(genesis, options)
  for (const block of blocks) if (replay.next(block) !== undefined) break
  return replay.finish()
}

/** The same, block by block, for records that arrive over time. */
export class LedgerReplay {
  readonly #app: Application
  readonly #options: ReplayOptions
  #blocks = 0
  #txs = 0
  #fault: ReplayFault | undefined

  constructor(genesis: Genesis, options: ReplayOptions) {
    const { modules, sha256, verify } = options
    this.#app = createApplication({ modules, storage: memoryStorage(), sha256, verify })
    this.#options = options
    this.#app.initGenesis(genesis)
  }

  /** Runs the next block. @returns the fault if there is one; nothing more is run after it */
  next(block: RecordedBlock): ReplayFault | undefined {
    this.#fault ??= this.#run(block)
    return this.#fault
  }

  /** Runs the invariants on the last state and reports. */
  finish(): ReplayReport {
    this.#fault ??= this.#invariants(this.#app.info().height)
    return { blocks: this.#blocks, txs: this.#txs, appHash: this.#app.info().appHash, fault: this.#fault }
  }

  #run(block: RecordedBlock): ReplayFault | undefined {
    const { height, timeMs } = block
    const txs: SignedTx[] = []
    for (const text of block.txs) {
      const envelope = decodeEnvelope(text, { sha256: this.#options.sha256 })
      if (!envelope.ok) return { height, code: 'ENVELOPE_MALFORMED', detail: envelope.code }
      txs.push({ envelope: envelope.value, verifiedWith: undefined })
    }
    const { evidence } = block
    const again: Block = { height, timeMs, txs, ...(evidence === undefined ? {} : { evidence }) }
    if (!this.#app.processProposal(again)) {
      return { height, code: 'BLOCK_OUT_OF_ORDER', detail: `after block ${this.#app.info().height}` }
    }
    const fault = this.#apply(height, () => this.#app.finalizeBlock(again).appHash, block.appHash)
    if (fault !== undefined) return fault
    this.#app.commit()
    this.#blocks++
    this.#txs += txs.length
    return height % (this.#options.invariantsEvery ?? 1) === 0 ? this.#invariants(height) : undefined
  }

  #apply(height: number, finalize: () => Hash, expected: Hash): ReplayFault | undefined {
    return broken(height, () => {
      const found = finalize()
      if (found !== expected) throw new ConetError('APP_HASH_DIFFERS', `recorded ${expected}, computed ${found}`)
    })
  }

  #invariants(height: number): ReplayFault | undefined {
    return broken(height, () => this.#app.checkInvariants())
  }
}

function broken(height: number, run: () => void): ReplayFault | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof InvariantError) return { height, code: 'INVARIANT_BROKEN', detail: error.message }
    if (!(error instanceof ConetError) || error.code !== 'APP_HASH_DIFFERS') throw error
    return { height, code: 'APP_HASH_DIFFERS', detail: error.message }
  }
}
