import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommittedBlock } from '@conet/engines'
import { NodeProcess, type Up } from '../network.js'
import { Running, until } from '../program.js'
import type { Place } from './place.js'

/** A first start waits for the others; a busy machine takes its time. */
const START_MS = 120_000
const ASK_MS = 5_000
const PAGE = 100

/** How a start differs from the usual one. */
export interface StartWish {
  readonly env?: NodeJS.ProcessEnv
}

/** A validator as the ledger knows it. */
export interface ValidatorRow {
  readonly owner: string
  readonly publicKey: string
  readonly power: number
}
export interface PenaltyRow {
  readonly publicKey: string
  readonly owner: string
  readonly kind: string
  readonly state: string
  readonly taken: number
}

/** One node of the network through all its lives; from outside only its API and its processes are known. */
export class Member {
  readonly name: string
  readonly place: Place
  readonly #dir: string
  readonly #host: readonly string[]
  #node: NodeProcess | undefined

  /** @param host - command that runs the node where it belongs */
  constructor(dir: string, place: Place, host: readonly string[]) {
    this.#dir = dir
    this.place = place
    this.name = place.name
    this.#host = host
  }

  get did(): string {
    return this.place.did
  }

  /** The process that runs now. */
  get node(): NodeProcess {
    if (this.#node === undefined) throw new Error(`${this.name} does not run`)
    return this.#node
  }

  get runs(): boolean {
    return this.#node !== undefined
  }

  get pid(): number {
    return this.node.running.child.pid ?? 0
  }

  /** Process of its engine, as the node noted it; 0 if there is none. */
  get enginePid(): number {
    // Through the process's own root: its folder may be a mount that only it sees.
    for (const root of [`/proc/${this.#node?.running.child.pid ?? 0}/root`, '']) {
      const file = `${root}${this.engineHome}/cometbft.pid`
      if (existsSync(file)) return Number(readFileSync(file, 'utf8'))
    }
    return 0
  }

  get engineHome(): string {
    return join(this.place.data, 'ledger', 'cometbft')
  }

  async start({ env = {} }: StartWish = {}): Promise<void> {
    const args = ['up', '--config', join(this.#dir, this.name, 'config.yaml')]
    this.#node = await NodeProcess.of(this.#dir, this.name, Running.start<Up>(args, env, START_MS, this.#host))
  }

  /** `kill -9`; its engine ends by itself, which is waited for. */
  async kill(): Promise<void> {
    const engine = this.enginePid
    await this.end('SIGKILL')
    await until(() => !existsSync(`/proc/${engine}`) || engine === 0, 30_000)
  }

  /** @returns exit code */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    const node = this.#node
    this.#node = undefined
    return node === undefined ? 0 : await node.running.end(signal)
  }

  /** Sends a signal to node and engine. */
  signal(signal: NodeJS.Signals): void {
    for (const pid of [this.pid, this.enginePid]) if (pid > 1) send(pid, signal)
  }

  /** The end of a test that failed: nothing stays behind, paused or not. */
  drop(): void {
    if (this.#node !== undefined) {
      const engine = this.enginePid
      this.node.running.child.kill('SIGKILL')
      if (engine > 1) send(engine, 'SIGKILL')
    }
    this.#node = undefined
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.node.url + path, { signal: AbortSignal.timeout(ASK_MS) })
    if (!response.ok) throw new Error(`${this.name} answers ${path} with ${response.status}`)
    return (await response.json()) as T
  }

  async height(): Promise<number> {
    return (await this.get<{ height: number }>('/v1/node')).height
  }

  async healthy(): Promise<boolean> {
    return this.get('/healthz').then(
      () => true,
      () => false,
    )
  }

  /** A page of blocks from a height on; empty above the last. */
  async blocks(from: number): Promise<readonly CommittedBlock[]> {
    return (await this.get<{ items: CommittedBlock[] }>(`/v1/ledger/blocks?from=${from}&limit=${PAGE}`)).items
  }

  consortium(): Promise<{ validators: readonly ValidatorRow[]; penalties: readonly PenaltyRow[] }> {
    return this.get('/v1/members')
  }

  async balance(owner: string, asset: string): Promise<bigint> {
    type Balances = { balances: readonly { asset: string; balance: string }[] }
    const { balances } = await this.get<Balances>(`/v1/accounts/${encodeURIComponent(owner)}`)
    return BigInt(balances.find(one => one.asset === asset)?.balance ?? 0)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
