import type { TxResult } from '@conet/core/ledger'
import type { CommittedBlock } from '../../contract.js'
import { verifyInPlace } from '../../crypto/index.js'
import { openReplica, type Replica } from '../../replica/index.js'
import { Admission, Blocks, packBundles, TxBook } from '../application/index.js'
import { walletGenesis } from './wallet.js'

const NEW = 0
const AGAIN = 1
const ACCEPT = 1

/** One node's answers to CometBFT, which is played by the test: what waits, what is proposed, what a decided block does. */
export class Mempool {
  readonly replica: Replica
  readonly refused = new Map<string, TxResult>()
  readonly dropped: string[] = []
  readonly committed: CommittedBlock[] = []
  /** What this node remembers of what ran; a restart forgets it. */
  readonly results = new Map<string, TxResult>()
  nowMs = Date.now()
  /** Time of the next block; the clock's if left out. */
  blockMs: number | undefined
  engineHeight = 1
  /** What CometBFT takes in a proposal. */
  maxTxBytes = 2_000_000
  readonly #admission: Admission
  readonly #blocks: Blocks

  private constructor(replica: Replica) {
    const { app } = replica
    const clock = () => this.nowMs
    const book = new TxBook(app, verifyInPlace(), clock)
    this.replica = replica
    this.#admission = new Admission({
      ...{ app, book, clock },
      onRefused: (text, result) => this.refused.set(text, result),
      onDropped: texts => this.dropped.push(...texts),
    })
    this.#blocks = new Blocks({
      ...{ replica, book, clock },
      hasRun: hash => this.results.get(hash)?.code === 'OK',
      onCommitted: block => {
        this.committed.push(block)
        for (const result of block.result.results) this.results.set(result.hash, result)
      },
      commit: block => replica.commit(block),
    })
  }

  /** Whoever is named has a thousand. */
  static async open(owners: readonly string[]): Promise<Mempool> {
    return new Mempool(await openReplica({ genesis: walletGenesis(owners) }))
  }

  /** CheckTx of what comes by for the first time. */
  async check(text: string) {
    return await this.#admission.check({ tx: bytesOf(text), type: NEW })
  }

  /** The check after a block. */
  async recheck(text: string) {
    return await this.#admission.check({ tx: bytesOf(text), type: AGAIN })
  }

  async propose(...texts: readonly string[]): Promise<string[]> {
    this.engineHeight += 1
    const maxTxBytes = BigInt(this.maxTxBytes)
    const { txs } = await this.#blocks.prepare({ ...this.#header(), txs: texts.map(bytesOf), maxTxBytes })
    return txs.map(tx => Buffer.from(tx).toString('latin1'))
  }

  async accepts(...texts: readonly string[]): Promise<boolean> {
    const { status } = await this.#blocks.process({ ...this.#header(), txs: texts.map(bytesOf), misbehavior: [] })
    return status === ACCEPT
  }

  /** Decides the texts as they are. @returns the code of each result */
  async decide(...texts: readonly string[]): Promise<number[]> {
    const { txResults } = await this.#blocks.finalize({ ...this.#header(), txs: texts.map(bytesOf), misbehavior: [] })
    await this.#blocks.commit()
    return txResults.map(result => result.code)
  }

  /** Codes of what the ledger ran, block by block. */
  codes(): string[][] {
    return this.committed.map(block => block.result.results.map(result => result.code))
  }

  #header() {
    const seconds = BigInt(Math.floor((this.blockMs ?? this.nowMs) / 1000))
    return { height: BigInt(this.engineHeight), time: { seconds, nanos: 0 } }
  }
}

/** The bundle that holds all of them. */
export function bundle(...texts: readonly string[]): string {
  const [only, ...rest] = packBundles(texts)
  if (only === undefined || rest.length > 0) throw new Error('these do not fit into one bundle')
  return only
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
