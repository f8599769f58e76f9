import type { TxResult } from '@conet/core/ledger'
import { engineError } from '../codes.js'
import type { Engine } from '../contract.js'
import type { Clock } from '../contract-application.js'
import { createVerifyPool, type VerifyPool } from '../crypto/index.js'
import { Intake, Submission } from '../intake/index.js'
import { openReplica, type Replica, type ReplicaOptions, ReplicaReads } from '../replica/index.js'
import { Mempool, type MempoolLimits } from './mempool.js'
import { Producer } from './producer.js'

/** 50,000 transactions are about two seconds of work at full rate; 64 MiB bounds large ones. */
const MEMPOOL: MempoolLimits = { maxTxs: 50_000, maxBytes: 64 * 1024 * 1024 }
/** Results of the last transactions that `find` answers from memory: between this many and twice as many. */
const RESULTS_KEPT = 1_000

export interface SoloOptions extends ReplicaOptions {
  /** Default `Date.now`. */
  readonly clock?: Clock
  /** Shared pool; without it the engine starts its own and closes it. */
  readonly pool?: VerifyPool
  readonly mempool?: Partial<MempoolLimits>
  /** Told once if the machine itself fails (`ENGINE_FAILED`): the process should end, the data is safe. */
  readonly onFailure?: (error: Error) => void
}

/**
 * Opens the engine of a single writer over a data folder (or in memory). Several nodes of one process share the object;
 * who opened it stops it. Blocks are made from `start` on.
 *
 * @throws ConetError `DATA_LOCKED`, `GENESIS_MISMATCH`, `GENESIS_MISSING`, `GENESIS_CORRUPT`, `LOG_CORRUPT`,
 *   `STATE_MISMATCH`
 */
export async function openSolo(options: SoloOptions): Promise<Engine> {
  const replica = await openReplica(options)
  return new Solo(replica, options)
}

class Solo extends ReplicaReads implements Engine {
  readonly name = 'solo'
  readonly #pool: VerifyPool
  readonly #ownsPool: boolean
  readonly #intake: Intake
  readonly #mempool: Mempool
  readonly #producer: Producer
  #phase: 'opened' | 'running' | 'stopped' = 'opened'
  #stopping: Promise<void> | undefined

  constructor(replica: Replica, options: SoloOptions) {
    super(replica, RESULTS_KEPT)
    const { clock = Date.now } = options
    this.#ownsPool = options.pool === undefined
    this.#pool = options.pool ?? createVerifyPool()
    this.#mempool = new Mempool({ ...MEMPOOL, ...options.mempool })
    this.#producer = new Producer({
      replica,
      mempool: this.#mempool,
      clock,
      onResult: result => this.outcomes.add(result),
      onFailure: options.onFailure,
    })
    this.#intake = new Intake({
      app: replica.app,
      pool: this.#pool,
      clock,
      onVerified: (submission, envelope) => this.#producer.add(submission, envelope.hash),
    })
  }

  async start(): Promise<void> {
    if (this.#phase === 'stopped') throw this.#stoppedError()
    if (this.#phase === 'opened') this.#producer.start()
    this.#phase = 'running'
  }

  stop(): Promise<void> {
    this.#phase = 'stopped'
    this.#stopping ??= this.#drain()
    return this.#stopping
  }

  async #drain(): Promise<void> {
    if (this.#producer.stuck === undefined) await this.#mempool.empty()
    await this.#producer.stop()
    await this.replica.close()
    if (this.#ownsPool) await this.#pool.close()
  }

  submit(text: string): Promise<TxResult> {
    return new Promise((resolve, reject) => {
      if (this.#phase !== 'running') throw this.#stoppedError()
      if (this.#producer.stuck !== undefined) throw this.#producer.stuck
      this.#mempool.enter(text)
      this.#intake.take(new Submission(text, resolve, reject, this.#mempool))
    })
  }

  trouble(): Error | undefined {
    return this.#phase === 'running' ? this.#producer.stuck : this.#stoppedError()
  }

  #stoppedError(): Error {
    const why = this.#phase === 'opened' ? 'has not been started' : 'has been stopped'
    return engineError('ENGINE_STOPPED', `The ledger engine ${why}. Try again when the node is up.`)
  }
}
