import { chmodSync, chownSync, lstatSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'
import { steadyNow } from '../../clock.js'
import { type Failure, type Hello, PROTOCOL_VERSION, type Push, type Request } from '../protocol.js'
import { MOST_ASKERS, say, takeLines } from './asker.js'
import type { HelperConfig } from './config.js'
import { CONNTRACK_FOLDER, readConntrack } from './conntrack.js'
import type { Kernel } from './kernel.js'
import { openKernel } from './open-kernel.js'
import { readRequest } from './requests.js'
import { Rules } from './rules.js'
import { Sessions } from './sessions.js'
import { Watch } from './watch.js'

/** What a helper is given from outside; all optional. */
export interface HelperPorts {
  readonly log?: (line: string) => void
  /** `nft` takes the way without netlink, as a machine without the prebuilt library would. */
  readonly channel?: 'netlink' | 'nft' | undefined
  /** Where the kernel tells how many connections it tracks. */
  readonly conntrackFolder?: string | undefined
}

export interface Helper {
  readonly hello: Hello
  /** Takes every rule away and ends. */
  stop(): Promise<void>
}

/** Reading a count costs microseconds by netlink; a program has to be started without it. */
const LOOK_EVERY_MS = { netlink: 500, nft: 2_000 }

class RunningHelper implements Helper {
  readonly hello: Hello
  readonly #server: Server
  readonly #sessions: Sessions
  readonly #watch: Watch
  readonly #rules: Rules
  #holder: Socket | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #mayRemove = false

  constructor(
    private readonly config: HelperConfig,
    private readonly kernel: Kernel,
    private readonly ports: HelperPorts,
  ) {
    const { channel, elementQuota } = kernel
    this.hello = { version: PROTOCOL_VERSION, channel, table: config.table, portalPort: config.portalPort }
    const conntrack = () => readConntrack(ports.conntrackFolder ?? CONNTRACK_FOLDER)
    const log = (line: string) => this.#log(line)
    this.#sessions = new Sessions(kernel, config.lan, { now: steadyNow, conntrack, random: Math.random, log })
    this.#rules = new Rules(config, { elementQuota })
    const push = (event: Push) => this.#push(event)
    this.#watch = new Watch({ kernel, rules: this.#rules, sessions: this.#sessions, conntrack, push })
    this.#server = createServer(socket => this.#accept(socket))
    this.#server.maxConnections = MOST_ASKERS
  }

  async start(): Promise<void> {
    // Before anything is touched: the rules of a helper that runs are not ours to change, nor to take away.
    await refuseTaken(this.config)
    this.#mayRemove = true
    await this.#rules.install()
    await this.kernel.settle()
    await listenPrivately(this.#server, this.config)
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#holder?.destroy()
    await new Promise(resolve => this.#server.close(resolve))
    await this.#queue.catch(() => undefined)
    if (this.#mayRemove) await this.#rules.remove()
    this.kernel.close()
  }

  /** One thing at a time: a repair never meets a change half-way. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work)
    this.#queue = run.catch(() => undefined)
    return run
  }

  #lookLater(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      const look = this.#inTurn(() => this.#watch.look())
      look
        .catch(error => this.#log(`looking after the rules failed: ${String(error)}`))
        .finally(() => this.#lookLater())
    }, LOOK_EVERY_MS[this.kernel.channel])
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {})
    socket.once('close', () => {
      if (this.#holder === socket) this.#holder = undefined
    })
    takeLines(socket, line => this.#inTurn(() => this.#answer(socket, line)))
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    const request = readRequest(line)
    if (!request.ok) {
      const error = failureOf(malformed(String(request.data.why)))
      say(socket, { id: Number(request.data.id ?? -1), ok: false, error })
      return
    }
    const { id } = request.value
    try {
      say(socket, { id, ok: true, result: (await this.#carryOut(socket, request.value)) ?? null })
    } catch (error) {
      say(socket, { id, ok: false, error: failureOf(error) })
    }
  }

  async #carryOut(socket: Socket, request: Request): Promise<unknown> {
    if (request.op === 'hello') return this.#greet(socket, request.version)
    if (socket !== this.#holder) throw malformed('say hello first')
    switch (request.op) {
      case 'open':
        return this.#sessions.open(request.items)
      case 'renew':
        return this.#sessions.renew(request.items)
      case 'close':
        return this.#sessions.close(request.sessions)
      case 'read':
        return this.#sessions.read(request.sessions, request.leases)
      default:
        return this.#sessions.neighbour(request.ip)
    }
  }

  /** The first who greets holds the helper while its connection lasts. */
  #greet(socket: Socket, version: number): Hello {
    if (version !== PROTOCOL_VERSION) throw malformed(`version ${version}, but this helper speaks ${PROTOCOL_VERSION}`)
    if (this.#holder !== undefined && this.#holder !== socket) {
      throw new ConetError('HELPER_BUSY', 'another node holds this helper: stop it, or start a second helper', {
        verdict: 'retry',
      })
    }
    this.#holder = socket
    return this.hello
  }

  #push(event: Push): void {
    if (event.event !== 'touched') this.#log(JSON.stringify(event))
    if (this.#holder !== undefined) say(this.#holder, event)
  }

  #log(line: string): void {
    this.ports.log?.(line)
  }
}

function malformed(why: string): ConetError {
  return new ConetError('REQUEST_MALFORMED', `the helper refuses the request: ${why}`, { data: { why } })
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ConetError)) return { code: 'KERNEL_REFUSED', message: String(error) }
  const data = Object.entries(error.data).filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  return { code: error.code, message: error.message, data: Object.fromEntries(data) as Record<string, string | number> }
}

/** @throws ConetError `HELPER_BUSY`; `RULESET_INVALID` if something else than a socket is there, which is not deleted */
async function refuseTaken({ socket }: HelperConfig): Promise<void> {
  if (await answers(socket)) {
    throw new ConetError('HELPER_BUSY', `a helper already listens on ${socket}: stop it first`, { verdict: 'retry' })
  }
  if (lstatSync(socket, { throwIfNoEntry: false })?.isSocket() === false) {
    throw new ConetError('RULESET_INVALID', `${socket} is there and no socket: correct "socket" or move it away`, {
      data: { path: 'socket' },
    })
  }
}

/** Listens so that nobody else can connect, not even for a moment. */
async function listenPrivately(server: Server, { socket, group }: HelperConfig): Promise<void> {
  rmSync(socket, { force: true })
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve))
  } finally {
    process.umask(before)
  }
  if (group === undefined) return
  chownSync(socket, process.getuid?.() ?? 0, groupNumber(group))
  chmodSync(socket, 0o660)
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}

function groupNumber(name: string): number {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find(entry => entry.startsWith(`${name}:`))
  const number = Number(line?.split(':')[2])
  if (line === undefined || !Number.isInteger(number)) {
    throw new ConetError('RULESET_INVALID', `there is no group ${name}: create it or change "group"`, {
      data: { path: 'group' },
    })
  }
  return number
}

/**
 * Starts the helper: rules first, in place of what an earlier one left, then the socket.
 *
 * @throws ConetError `NFT_MISSING`, `NOT_PERMITTED`, `KERNEL_REFUSED`, `HELPER_BUSY`, `RULESET_INVALID`
 */
export async function startHelper(config: HelperConfig, ports: HelperPorts = {}): Promise<Helper> {
  const kernel = await openKernel(config.table, ports.channel)
  const helper = new RunningHelper(config, kernel, ports)
  try {
    await helper.start()
    return helper
  } catch (error) {
    await helper.stop().catch(() => undefined)
    throw error
  }
}
