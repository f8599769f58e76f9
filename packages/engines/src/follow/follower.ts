import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ConetError } from '@conet/core/errors'
import type { Genesis, TxResult } from '@conet/core/ledger'
import type { Millis } from '@conet/core/units'
import { decodeEnvelope } from '@conet/core/wire'
import { encodeBlock, plainTx } from '../blocks/index.js'
import { engineError } from '../codes.js'
import type { CommittedBlock, Engine } from '../contract.js'
import type { ApplicationFactory, Clock } from '../contract-application.js'
import { createVerifyPool, nodeSha256, type VerifyPool } from '../crypto/index.js'
import { checkBlock, type Difference, runBlock } from '../replay/index.js'
import { type Dropped, openReplica, type Replica, ReplicaReads } from '../replica/index.js'
import { type Fetch, type RemoteLedger, remoteLedger } from './source.js'
import { SourceWatch } from './source-watch.js'

/** Pauses between attempts to reach the other node again. */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
/** Pause between attempts to write a block while the own disk is full. */
const DISK_PAUSE_MS = 500
/** As many as the engine that is followed keeps: a large block must not push out what is waited for. */
const RESULTS_KEPT = 20_000
/** Longest wait for a block that the other node says is there. */
const SEEN_WITHIN_MS = 30_000
/** Longest wait for the connection to let go at a stop. */
const LOOP_MS = 5_000
/**
 * How far a block may lie ahead of our own clock. Nobody signs the time of an empty block: one far ahead would be kept
 * for good, and every honest block after it would go back in time.
 */
const MAX_AHEAD_MS = 5 * 60_000

export interface FollowOptions {
  /** Base address of the node that is followed, such as `http://127.0.0.1:7400`. */
  readonly url: string
  /** Folder of the replica; without it the replica lives in memory and begins at genesis each time. */
  readonly dir?: string
  /** What the ledger must begin with; without it the other node is believed on first use. */
  readonly genesis?: Genesis
  /** Default: the Conet ledger. */
  readonly application?: ApplicationFactory
  readonly pool?: VerifyPool
  /** Default the global `fetch`. */
  readonly fetch?: Fetch
  /** Default `Date.now`. A block more than five minutes ahead of it is refused. */
  readonly clock?: Clock
  /** Told that the last write before a crash was not finished and was cut from the log. */
  readonly onDropped?: (dropped: Dropped) => void
  /** Told once when the other node has not been heard for 15 s, with the reason, and once when it is heard again, without. */
  readonly onSource?: (gone: ConetError | undefined) => void
  /** Default 15,000 ms. */
  readonly patienceMs?: Millis
  /** Told once when the follower stops by itself, with `LEDGER_FORKED` and what differs. */
  readonly onFork?: (error: ConetError, difference: Difference) => void
}

/**
 * Opens a replica that follows a solo ledger by HTTP. It trusts nothing but the order: every signature is checked and
 * every block applied here; a difference stops it with `LEDGER_FORKED`, and the block is kept as evidence.
 *
 * @throws ConetError `ENGINE_UNREACHABLE` if a new replica cannot get its genesis; the errors of opening a replica
 */
export async function followSolo(options: FollowOptions): Promise<Engine> {
  const remote = remoteLedger(options.url, options.fetch ?? globalThis.fetch)
  const replica = await openReplica(options).catch(async (error: unknown) => {
    if (!(error instanceof ConetError) || error.code !== 'GENESIS_MISSING') throw error
    return await openReplica({ ...options, genesis: await remote.genesis() })
  })
  return new Follower(replica, remote, options)
}

interface Wait {
  readonly height: number
  resolve(): void
  reject(error: Error): void
}

class Follower extends ReplicaReads implements Engine {
  readonly name = 'solo-follower'
  readonly #remote: RemoteLedger
  readonly #options: FollowOptions
  readonly #pool: VerifyPool
  readonly #ending = new AbortController()
  #waits: Wait[] = []
  #phase: 'opened' | 'running' | 'stopped' = 'opened'
  #fork: ConetError | undefined
  readonly #source: SourceWatch
  /** The last block that came was not taken, and none since. */
  #refused: ConetError | undefined
  #loop: Promise<void> = Promise.resolve()
  #stopping: Promise<void> | undefined

  constructor(replica: Replica, remote: RemoteLedger, options: FollowOptions) {
    super(replica, RESULTS_KEPT)
    this.#remote = remote
    this.#options = options
    this.#pool = options.pool ?? createVerifyPool()
    this.#source = new SourceWatch(options)
  }

  async start(): Promise<void> {
    if (this.#phase === 'stopped') throw this.#unavailable()
    if (this.#phase === 'opened') {
      this.#source.lost()
      this.#loop = this.#run()
    }
    this.#phase = 'running'
  }

  stop(): Promise<void> {
    this.#phase = 'stopped'
    this.#stopping ??= this.#end()
    return this.#stopping
  }

  async #end(): Promise<void> {
    this.#ending.abort()
    this.#source.end()
    this.#rejectWaits(this.#unavailable())
    // A loop that hangs in a connection must not keep the node from stopping; a block under way is finished by then.
    const left = new AbortController()
    const tooLong = pause(LOOP_MS, undefined, { signal: left.signal }).catch(() => {})
    await Promise.race([this.#loop, tooLong]).finally(() => left.abort())
    await this.replica.close()
    if (this.#options.pool === undefined) await this.#pool.close()
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS
    while (!this.#ending.signal.aborted && this.#fork === undefined) {
      const before = this.info().height
      await this.#follow().catch((error: unknown) => {
        if (error instanceof ConetError && error.code === 'BLOCK_MALFORMED') this.#refused = error
      })
      this.#source.lost()
      pauseMs = this.info().height > before ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      if (this.#fork === undefined) await this.#pause(pauseMs)
    }
  }

  /** One connection: blocks until it ends, for whatever reason. */
  async #follow(): Promise<void> {
    const { signal } = this.#ending
    for await (const block of this.#remote.stream(this.info().height + 1, signal, () => this.#source.heard())) {
      if (signal.aborted || this.#fork !== undefined) return
      await this.#take(block)
    }
  }

  async #take(claimed: CommittedBlock): Promise<void> {
    const { clock = Date.now } = this.#options
    const checked = await checkBlock(this.app, this.#pool, claimed, clock() + MAX_AHEAD_MS)
    if ('difference' in checked) return await this.#forked(claimed, checked.difference)
    const run = runBlock(this.app, checked.block, claimed)
    if ('difference' in run) return await this.#forked(claimed, run.difference)
    while (!(await this.#committed(run.own))) {
      if (this.#ending.signal.aborted) return
      await this.#pause(DISK_PAUSE_MS)
    }
    this.#refused = undefined
    for (const result of run.own.result.results) this.outcomes.add(result)
    this.#wake()
  }

  async #committed(block: CommittedBlock): Promise<boolean> {
    try {
      await this.replica.commit(block)
      return true
    } catch (error) {
      if (error instanceof ConetError && error.verdict === 'retry') return false
      throw error
    }
  }

  async #forked(claimed: CommittedBlock, difference: Difference): Promise<void> {
    const { url, dir } = this.#options
    // Not yet a fork: asked again from our own height, the other node may do better, or our clock may be set right.
    if (difference.reason === 'order' || difference.reason === 'future') throw refused(url, difference)
    const message = `Block ${claimed.height} of ${url} is not what its ledger gives: ${difference.detail}.`
    const advice = 'This replica has stopped; the block is kept as evidence. Ask the other members.'
    const data = { height: claimed.height, reason: difference.reason }
    this.#fork = engineError('LEDGER_FORKED', `${message} ${advice}`, data)
    if (dir !== undefined) await keepEvidence(dir, claimed, difference).catch(() => {})
    this.#rejectWaits(this.#fork)
    this.#options.onFork?.(this.#fork, difference)
  }

  async submit(tx: string): Promise<TxResult> {
    if (this.#fork !== undefined || this.#phase !== 'running') throw this.#unavailable()
    const decoded = decodeEnvelope(tx, { sha256: nodeSha256 })
    if (!decoded.ok) {
      const hash = Buffer.from(nodeSha256(tx)).toString('hex')
      return plainTx({ hash, code: decoded.code, data: decoded.data, events: [] })
    }
    const { hash } = decoded.value
    const answer = await this.#remote.submit(tx, hash, this.#ending.signal).catch((error: unknown) => {
      throw this.#phase === 'stopped' ? this.#unavailable() : error
    })
    if (typeof answer.height === 'number') await this.#reached(answer.height)
    // A replay is refused although its hash is found: only the same outcome is the one that was asked for.
    const own = this.find(hash)
    if (own?.code === answer.code) return own
    // Nobody's word counts for money: what our own replica has not seen has not happened.
    if (answer.code === 'OK') throw this.#unseen(hash)
    return { hash, code: answer.code, data: answer.data, events: [] }
  }

  #reached(height: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#fork !== undefined || this.#phase === 'stopped') reject(this.#unavailable())
      else if (this.info().height >= height) resolve()
      else this.#waits.push(this.#timed({ height, resolve, reject }))
    })
  }

  /** A height that never comes must not hold a caller for ever. */
  #timed({ height, resolve, reject }: Wait): Wait {
    const give = () => {
      this.#waits = this.#waits.filter(wait => wait !== timed)
      reject(this.#unseen(`height ${height}`))
    }
    const timer = setTimeout(give, SEEN_WITHIN_MS)
    timer.unref()
    const timed: Wait = {
      height,
      resolve: () => {
        clearTimeout(timer)
        resolve()
      },
      reject: error => {
        clearTimeout(timer)
        reject(error)
      },
    }
    return timed
  }

  /** The other node claims what our replica does not show: try again, ask another member, or mend what the last block was refused for. */
  #unseen(what: string): ConetError {
    const claim = `${this.#options.url} claims ${what}, but our own replica has not seen it.`
    return engineError('ENGINE_UNREACHABLE', `${claim} ${this.#refused?.message ?? 'Try again.'}`)
  }

  #wake(): void {
    const { height } = this.info()
    const reached = this.#waits.filter(wait => wait.height <= height)
    this.#waits = this.#waits.filter(wait => wait.height > height)
    for (const wait of reached) wait.resolve()
  }

  #rejectWaits(error: Error): void {
    for (const wait of this.#waits) wait.reject(error)
    this.#waits = []
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#ending.signal, ref: false }).catch(() => {})
  }

  #unavailable(): Error {
    if (this.#fork !== undefined) return this.#fork
    const why = this.#phase === 'opened' ? 'has not been started' : 'has been stopped'
    return engineError('ENGINE_STOPPED', `The ledger replica ${why}. Try again when the node is up.`)
  }

  trouble(): Error | undefined {
    return this.#fork ?? (this.#phase === 'running' ? (this.#refused ?? this.#source.trouble()) : this.#unavailable())
  }
}

async function keepEvidence(dir: string, claimed: CommittedBlock, difference: Difference): Promise<void> {
  const folder = join(dir, 'evidence')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const text = `{"difference":${JSON.stringify(difference)},"block":${encodeBlock(claimed)}}\n`
  await writeFile(join(folder, `fork-${claimed.height}.json`), text, { mode: 0o600 })
}

function refused(url: string, { height, reason, detail }: Difference): ConetError {
  const advice = reason === 'future' ? ' Check the clocks of both machines.' : ''
  const message = `${url} sends a block that is not taken: ${detail}.${advice}`
  return engineError('BLOCK_MALFORMED', message, { height, reason })
}
