import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Genesis, Info, Proof, TxResult } from '@conet/core/ledger'
import type { Hash } from '@conet/core/units'
import { engineError } from '../codes.js'
import type { CommittedBlock, Engine, SignedHeader } from '../contract.js'
import { createVerifyPool } from '../crypto/index.js'
import { openReplica } from '../replica/index.js'
import { type AbciServer, startAbciServer } from './abci/index.js'
import { abciHandlers, isKnown, Lock, SnapshotStore, StateSync } from './application/index.js'
import { Core, hashOf } from './core.js'
import { signedHeaderAt } from './headers.js'
import { full, notTaken, unreachable } from './not-taken.js'
import type { CometbftEvent, CometbftOptions } from './options.js'
import { Outbox } from './outbox.js'
import {
  type CometbftKeys,
  chainGenesis,
  cometbftKeys,
  findCometbft,
  freePort,
  MEMPOOL_TXS,
  Supervisor,
  socketFolder,
  writeHome,
} from './process/index.js'
import { Rpc } from './rpc.js'
import { Waits } from './waits.js'

/** A stop waits so long for transactions under way. */
const DRAIN_MS = 5_000
/** An engine that does not answer by then will not; loading a snapshot may take longer. */
const START_MS = 60_000
const SYNC_MS = 600_000

/** An engine of a consortium, with what its peers need to know. */
export interface CometbftEngine extends Engine {
  /** How peers name this node; valid after `start`. */
  readonly address: string
  readonly validatorKey: string
  /** Process of the engine, for watchers; `undefined` while there is none. */
  readonly pid: number | undefined
  /** Last height of CometBFT, which also counts blocks in which nothing happened. */
  readonly engineHeight: number
  signedHeader(height: number, counting?: 'ledger' | 'engine'): Promise<SignedHeader | undefined>
  trouble(): Error | undefined
}

/**
 * Opens a replica whose blocks are ordered by CometBFT, which `start` runs as a process of its own and `stop` ends. Who
 * opened it stops it.
 *
 * @throws ConetError `ENGINE_MISSING` with how to install it, `DATA_LOCKED`, `GENESIS_MISMATCH`, `GENESIS_MISSING`,
 * `GENESIS_CORRUPT`, `LOG_CORRUPT`, `STATE_MISMATCH`
 */
export async function openCometbft(options: CometbftOptions): Promise<CometbftEngine> {
  const { path: binary } = await findCometbft(options.env)
  const home = join(options.dir, 'cometbft')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const keys = await cometbftKeys(home)
  const snapshots = await SnapshotStore.open(join(options.dir, 'snapshots'))
  const engine = new Cometbft({ options, binary, home, keys, snapshots })
  await engine.open()
  return engine
}

interface Parts {
  readonly options: CometbftOptions
  readonly binary: string
  readonly home: string
  readonly keys: CometbftKeys
  readonly snapshots: SnapshotStore
}

class Cometbft implements CometbftEngine {
  readonly name = 'cometbft'
  readonly validatorKey: string
  address = ''
  readonly #parts: Parts
  readonly #pool
  readonly #waits = new Waits()
  readonly #lock = new Lock()
  #genesis: Genesis | undefined
  #core: Core | undefined
  #rpc: Rpc | undefined
  #outbox: Outbox | undefined
  #server: AbciServer | undefined
  #supervisor: Supervisor | undefined
  #sockets = ''
  #phase: 'opened' | 'running' | 'stopped' = 'opened'
  #failed: Error | undefined
  #lastEnd = ''
  #stopping: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.validatorKey = parts.keys.validatorKey
    this.#pool = parts.options.pool ?? createVerifyPool()
  }

  /** Opens the replica; a new folder that is to load a snapshot waits for it. One with blocks and no state says what helps. */
  async open(): Promise<void> {
    const { dir, stateSync, genesis } = this.#parts.options
    const isBegun = existsSync(join(dir, 'state')) || existsSync(join(dir, 'blocks'))
    if (stateSync === undefined || isBegun) await this.#openReplica()
    else if (genesis === undefined)
      throw engineError('GENESIS_MISSING', `Loading a snapshot into ${dir} needs a genesis.`)
    else this.#genesis = genesis
  }

  async #openReplica(snapshot?: Parameters<typeof openReplica>[0]['snapshot']): Promise<void> {
    const { options, snapshots } = this.#parts
    const { dir, genesis, application, clock = Date.now, snapshotEvery, onDropped } = options
    const replica = await openReplica({
      dir,
      ...(genesis && { genesis }),
      ...(application && { application }),
      ...(snapshot && { snapshot }),
      ...(onDropped && { onDropped }),
    })
    this.#genesis = replica.genesis
    this.#core = new Core(replica, {
      ...{ pool: this.#pool, clock, waits: this.#waits, snapshots, snapshotEvery },
      onEvent: event => this.#tell(event),
      handOver: texts => this.#outbox?.push(...texts),
    })
  }

  async start(): Promise<void> {
    if (this.#phase === 'stopped') throw this.#stoppedError()
    if (this.#phase === 'running') return
    this.#phase = 'running'
    const { options, binary, home, keys } = this.#parts
    this.#sockets = await socketFolder(home)
    const rpcSocket = join(this.#sockets, 'rpc.sock')
    const appSocket = join(this.#sockets, 'abci.sock')
    await rm(appSocket, { force: true })
    const chain = chainGenesis(this.genesis, keys.validatorKey)
    const { host, port: wished = 0, external } = options.p2p ?? { host: '127.0.0.1' }
    const port = wished === 0 ? await freePort(host) : wished
    this.address = `${keys.nodeId}@${external ?? `${host}:${port}`}`
    const settings = {
      ...{ appSocket, rpcSocket, rpcListen: options.rpcListen, peers: options.peers ?? [] },
      ...{ p2pListen: `${host}:${port}`, p2pExternal: external },
      moniker: options.moniker ?? 'conet',
      logLevel: options.logLevel ?? 'error',
      stateSync: this.#core === undefined ? options.stateSync : undefined,
    }
    await writeHome(home, settings, chain.text)
    this.#rpc = new Rpc(rpcSocket)
    this.#outbox = new Outbox({ rpc: this.#rpc, onRefused: (texts, why) => this.#notTaken(texts, why) })
    this.#server = await startAbciServer({
      path: appSocket,
      handlers: this.#handlers(chain.digest),
      onEvent: this.#tell,
    })
    this.#supervisor = new Supervisor({
      ...{ binary, home, socket: rpcSocket },
      answers: async () => (await this.#rpc?.call('health')) !== undefined,
      onEvent: event => this.#supervised(event),
    })
    await this.#supervisor.start()
    await this.#ready(settings.stateSync === undefined ? START_MS : SYNC_MS)
    this.#core?.waker.look()
  }

  #handlers(digest: string) {
    const { snapshots, options } = this.#parts
    const sync = new StateSync(async snapshot => {
      await this.#openReplica(snapshot)
      this.#tell({ type: 'restored', height: snapshot.info.height })
    }, options.clock ?? Date.now)
    const onFailure = (error: Error) => this.#fail(error)
    return abciHandlers({ opened: () => this.#core, snapshots, sync, digest, lock: this.#lock, onFailure })
  }

  readonly #tell = (event: CometbftEvent): void => this.#parts.options.onEvent?.(event)

  #supervised(event: CometbftEvent): void {
    if (event.type === 'ended') {
      this.#lastEnd = `${event.why}. ${event.lastLines.split('\n').at(-1) ?? ''}`
      this.#outbox?.clear()
    }
    // The mempool is gone with its process; what is waited for is handed over again.
    if (event.type === 'ready') this.#outbox?.push(...this.#waits.texts())
    this.#tell(event)
  }

  async #ready(withinMs: number): Promise<void> {
    const latest = performance.now() + withinMs
    while (this.#supervisor?.ready !== true || this.#core === undefined) {
      if (this.#failed !== undefined) throw this.#failed
      if (this.#phase === 'stopped') throw this.#stoppedError()
      if (performance.now() > latest) {
        const why = this.#lastEnd === '' ? 'it does not answer' : this.#lastEnd
        throw engineError('ENGINE_FAILED', `CometBFT did not start: ${why} Its log is in ${this.#parts.home}.`)
      }
      await pause(20)
    }
  }

  #fail(cause: Error): void {
    if (this.#failed !== undefined || this.#phase === 'stopped') return
    const message = `The ledger stopped after block ${this.#core?.replica.info().height ?? 0}: ${cause.message}`
    this.#failed = engineError('ENGINE_FAILED', message, {}, cause)
    this.#waits.failAll(this.#failed)
    void this.#supervisor?.stop()
    this.#parts.options.onFailure?.(this.#failed)
  }

  stop(): Promise<void> {
    this.#phase = 'stopped'
    this.#stopping ??= this.#end()
    return this.#stopping
  }

  async #end(): Promise<void> {
    const left = new AbortController()
    const tooLong = pause(DRAIN_MS, undefined, { signal: left.signal }).catch(() => {})
    if (this.#supervisor?.ready === true) await Promise.race([this.#waits.empty(), tooLong])
    left.abort()
    this.#core?.stop()
    await this.#supervisor?.stop()
    await this.#server?.close()
    this.#waits.failAll(this.#stoppedError())
    this.#waits.close()
    this.#rpc?.close()
    await this.#lock.run(() => {})
    await this.#parts.snapshots.settled()
    await this.#core?.replica.close()
    if (this.#parts.options.pool === undefined) await this.#pool.close()
    if (this.#sockets !== '' && this.#sockets !== this.#parts.home)
      await rm(this.#sockets, { recursive: true, force: true })
  }

  async submit(text: string): Promise<TxResult> {
    const core = this.#usable()
    const read = await core.book.read(text)
    if (!isKnown(read)) return read
    const { hash } = read.envelope
    const joined = this.#waits.join(hash)
    if (joined !== undefined) return await joined
    const refused = core.admission.door(read)
    if (refused !== undefined) return refused
    if (this.#phase !== 'running') throw this.#stoppedError()
    const answer = this.#waits.add(hash, text)
    this.#outbox?.push(text)
    return await answer
  }

  /** @throws ConetError why nothing can be submitted now */
  #usable(): Core {
    const core = this.#core
    if (this.#phase !== 'running' || core === undefined) throw this.#stoppedError()
    const trouble = this.#failed ?? core.stuck ?? this.#down()
    if (trouble !== undefined) throw trouble
    if (this.#waits.size >= MEMPOOL_TXS) throw full(this.#waits.size)
    return core
  }

  /** What is in the mempool already was brought by a peer: it is waited for like anything else. */
  #notTaken(texts: readonly string[], why: string): void {
    const error = notTaken(why, this.#waits.size)
    if (error === undefined) return
    for (const text of texts) {
      const hash = hashOf(text)
      if (this.#waits.isFor(hash, text)) this.#waits.fail(hash, error)
    }
  }

  trouble(): Error | undefined {
    const now = this.#failed ?? this.#core?.stuck ?? this.#down()
    if (now !== undefined || !this.#waits.halted()) return now
    return unreachable('no block takes what waits; more than a third of the validators may be away')
  }

  #down(): Error | undefined {
    if (this.#phase !== 'running' || this.#supervisor?.ready === true) return undefined
    return unreachable(this.#lastEnd === '' ? 'it is starting' : this.#lastEnd)
  }

  get genesis(): Genesis {
    if (this.#genesis === undefined) throw this.#stoppedError()
    return this.#genesis
  }

  get pid(): number | undefined {
    return this.#supervisor?.pid
  }

  get engineHeight(): number {
    return this.#core?.blocks.engineHeight ?? 0
  }

  info(): Info {
    return this.#here().replica.info()
  }

  query(name: string, args: Readonly<Record<string, unknown>>): unknown {
    return this.#here().replica.app.query(name, args)
  }

  prove(key: string): Proof | undefined {
    return this.#here().replica.app.prove(key)
  }

  block(height: number): Promise<CommittedBlock | undefined> {
    return this.#here().replica.feed.block(height)
  }

  blocks(from: number, signal: AbortSignal): AsyncIterable<CommittedBlock> {
    return this.#here().replica.feed.blocks(from, signal)
  }

  find(hash: Hash): TxResult | undefined {
    return this.#core?.outcomes.get(hash)
  }

  async signedHeader(height: number, counting: 'ledger' | 'engine' = 'ledger'): Promise<SignedHeader | undefined> {
    if (this.#rpc === undefined) return undefined
    if (counting === 'engine') return await signedHeaderAt(this.#rpc, height)
    const before = height <= 1 ? 0 : (await this.block(height - 1))?.engineHeight
    return before === undefined ? undefined : await signedHeaderAt(this.#rpc, before + 1)
  }

  #here(): Core {
    if (this.#core === undefined) throw this.#stoppedError()
    return this.#core
  }

  #stoppedError(): Error {
    const why = this.#phase === 'stopped' ? 'has been stopped' : 'has not been started'
    return engineError('ENGINE_STOPPED', `The ledger engine ${why}. Try again when the node is up.`)
  }
}
