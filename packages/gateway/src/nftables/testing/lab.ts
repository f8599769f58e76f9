import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { HelperConfig } from '../helper/config.js'

/** A small network of namespaces: clients – gateway – origin. Needs root; everything is taken away by `dispose`. */

const HELPER = fileURLToPath(new URL('../../../dist/nftables/helper/main.js', import.meta.url))
const source = (name: string) => fileURLToPath(new URL(`../../../src/nftables/testing/${name}`, import.meta.url))

/**
 * Why such a network cannot be made here; `undefined` if it can.
 *
 * @param programs - what the tests need besides `nft` and `ip`
 */
export function whyNoLab(...programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  for (const program of ['nft', 'ip', ...programs]) {
    if (!['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some(folder => existsSync(join(folder, program)))) {
      return `${program} is not installed (scripts/install.sh)`
    }
  }
  if (!existsSync(HELPER)) return 'the helper is not built (npm run types)'
  try {
    sh('ip netns add cn4-probe')
    sh('ip netns del cn4-probe')
  } catch {
    return 'this machine allows no network namespaces'
  }
  return undefined
}

/** Why a helper cannot run as another user here: the checkout, or Node itself, may lie in a folder of root's own. */
export function whyNoOtherUser(): string | undefined {
  try {
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups']
    const script = 'require("node:fs").accessSync(process.argv[1], 4)'
    execFileSync('setpriv', [...user, process.execPath, '-e', script, HELPER], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'other users may read neither this checkout nor run this Node'
  }
}

export const CLIENT = {
  four: (index: number) => `10.77.0.${index + 10}`,
  six: (index: number) => `fd77::${index + 10}`,
}
export const GATEWAY = { four: '10.77.0.1', six: 'fd77::1' }
export const ORIGIN = { four: '10.99.0.2', six: 'fd99::2' }
/** Port of the echo service. */
export const ECHO_PORT = 7_007
const PROBE_PORT = 7_008
/** Addresses that the client's namespace has. */
export const CLIENTS = 40

export function sh(command: string, input?: string): string {
  return execFileSync('/bin/sh', ['-ec', command], { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], input })
}

/** What a test gets. */
export interface Lab {
  readonly folder: string
  readonly socket: string
  /** Names of the namespaces. */
  readonly ns: { readonly client: string; readonly gateway: string; readonly origin: string }
  in(namespace: 'client' | 'gateway' | 'origin', command: string, input?: string): string
  start(namespace: 'client' | 'gateway' | 'origin', program: string, args: readonly string[]): ChildProcess
  /** Starts the helper in the gateway's namespace and waits until it is ready. */
  helper(options?: HelperStart): Promise<ChildProcess>
  /** Starts the program that opens flows in the client's namespace (`agent.mjs`); tells the path of its socket. */
  agent(): Promise<string>
  /** Starts a service in the origin's namespace that sends everything back. */
  echo(port?: number): Promise<ChildProcess>
  /** Sends small packets from a client without pause, and tells when they begin and stop to arrive. */
  probe(client: string, silenceMs?: number): Promise<Probe>
  dispose(): Promise<void>
}

/** Moments in milliseconds of this machine's monotonic clock (`monotonicMs`). */
export interface Probe {
  /** The next moment at which packets begin to arrive after a silence. */
  first(): Promise<number>
  /** The moment of the last packet, once they have stopped. */
  last(): Promise<number>
  end(): Promise<void>
}

/** The same clock in every process of this machine. */
export const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6

export interface HelperStart {
  readonly channel?: 'netlink' | 'nft'
  readonly config?: Partial<HelperConfig>
  readonly env?: Readonly<Record<string, string>>
  /** Words before the program, such as `setpriv` with its options. */
  readonly before?: readonly string[]
}

/** Makes the network: dual-stack on both sides, forwarding on, no rules. */
export function createLab(name: string): Lab {
  removeLeftovers()
  const folder = mkdtempSync(join(tmpdir(), 'conet-lab-'))
  // Helpers of other users put their socket here.
  chmodSync(folder, 0o777)
  const id = `cn4-${name}-${process.pid}`
  const ns = { client: `${id}-c`, gateway: `${id}-g`, origin: `${id}-o` }
  const children = new Set<ChildProcess>()
  const inside = (namespace: keyof typeof ns, command: string, input?: string) =>
    sh(`exec ip netns exec ${ns[namespace]} /bin/sh -ec '${command.replaceAll("'", `'\\''`)}'`, input)
  buildNetwork(ns, inside)
  const socket = join(folder, 'gateway.sock')
  const start = (namespace: keyof typeof ns, program: string, args: readonly string[], env = process.env) => {
    const child = spawn('ip', ['netns', 'exec', ns[namespace], program, ...args], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }
  return {
    folder,
    socket,
    ns,
    in: inside,
    start: (namespace, program, args) => start(namespace, program, args),
    async helper({ channel, config, env, before = [] }: HelperStart = {}) {
      const path = join(folder, 'gateway.json')
      writeFileSync(path, JSON.stringify({ ...helperConfig(socket), ...config }), { mode: 0o644 })
      const words = [...before, process.execPath, HELPER, path, ...(channel === undefined ? [] : [channel])]
      const child = start('gateway', words[0] ?? '', words.slice(1), { ...process.env, ...env })
      await saying(child, 'stderr', '"ready"')
      return child
    },
    async agent() {
      const path = join(folder, 'agent.sock')
      await saying(start('client', process.execPath, [source('agent.mjs'), path]), 'stdout', 'ready')
      return path
    },
    async echo(port = ECHO_PORT) {
      const child = start('origin', process.execPath, [source('echo.mjs'), String(port)])
      await saying(child, 'stdout', 'ready')
      return child
    },
    async probe(client, silenceMs = 400) {
      const target = client.includes(':') ? ORIGIN.six : ORIGIN.four
      const watch = start('origin', process.execPath, [source('watch.mjs'), String(PROBE_PORT), String(silenceMs)])
      await saying(watch, 'stdout', 'ready')
      const spray = start('client', process.execPath, [source('spray.mjs'), client, target, String(PROBE_PORT)])
      await saying(spray, 'stdout', 'ready')
      return probeOf(watch, [watch, spray])
    },
    async dispose() {
      await Promise.all([...children].map(child => ended(child)))
      for (const namespace of Object.values(ns)) sh(`ip netns del ${namespace}`)
      rmSync(folder, { recursive: true })
    },
  }
}

function probeOf(watch: ChildProcess, all: readonly ChildProcess[]): Probe {
  const waiting = { first: [] as ((at: number) => void)[], last: [] as ((at: number) => void)[] }
  if (watch.stdout !== null) {
    createInterface({ input: watch.stdout }).on('line', line => {
      const [what = '', at = ''] = line.split(' ')
      if (what === 'first' || what === 'last') for (const tell of waiting[what].splice(0)) tell(Number(at) / 1e6)
    })
  }
  const next = (what: 'first' | 'last') => new Promise<number>(resolve => waiting[what].push(resolve))
  return {
    first: () => next('first'),
    last: () => next('last'),
    end: async () => void (await Promise.all(all.map(child => ended(child)))),
  }
}

export function helperConfig(socket: string): HelperConfig {
  const allow = ['10.99.0.0/16', 'fd99::/64']
  return { table: 'conet_gw', lan: ['lan0'], wan: ['wan0'], portalPort: 8642, allow, socket }
}

/** Namespaces of a run that was killed: their names tell the process they belonged to. */
function removeLeftovers(): void {
  for (const [name, pid] of sh('ip netns list').matchAll(/^cn4-[a-z]+-(\d+)-[cgo]/gm)) {
    if (!existsSync(`/proc/${pid}`)) sh(`ip netns del ${name}`)
  }
}

function buildNetwork(
  ns: { client: string; gateway: string; origin: string },
  inside: (namespace: 'client' | 'gateway' | 'origin', command: string) => string,
): void {
  for (const namespace of Object.values(ns)) sh(`ip netns add ${namespace}; ip -n ${namespace} link set lo up`)
  sh(`ip link add lan0 netns ${ns.gateway} type veth peer name eth0 netns ${ns.client}`)
  sh(`ip link add wan0 netns ${ns.gateway} type veth peer name eth0 netns ${ns.origin}`)
  const addresses = Array.from({ length: CLIENTS }, (_, index) => [
    `addr add ${CLIENT.four(index)}/24 dev eth0`,
    `addr add ${CLIENT.six(index)}/64 dev eth0 nodad`,
  ]).flat()
  sh(`ip -n ${ns.client} -batch -`, `${addresses.join('\n')}\n`)
  inside('gateway', `ip addr add ${GATEWAY.four}/24 dev lan0; ip addr add ${GATEWAY.six}/64 dev lan0 nodad`)
  inside('gateway', 'ip addr add 10.99.0.1/24 dev wan0; ip addr add fd99::1/64 dev wan0 nodad')
  inside('origin', `ip addr add ${ORIGIN.four}/24 dev eth0; ip addr add ${ORIGIN.six}/64 dev eth0 nodad`)
  for (const namespace of [ns.client, ns.origin]) sh(`ip -n ${namespace} link set eth0 up`)
  for (const link of ['lan0', 'wan0']) sh(`ip -n ${ns.gateway} link set ${link} up`)
  inside('gateway', 'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1')
  inside('client', `ip route add default via ${GATEWAY.four}; ip -6 route add default via ${GATEWAY.six}`)
  inside('origin', 'ip route add default via 10.99.0.1; ip -6 route add default via fd99::1')
}

/** Waits until a program has said something on one of its outputs. */
export function saying(child: ChildProcess, stream: 'stdout' | 'stderr', words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const from = child[stream]
    if (from === null) return reject(new Error('the program has no such output'))
    let said = ''
    createInterface({ input: from }).on('line', line => {
      said += `${line}\n`
      if (line.includes(words)) resolve(said)
    })
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the program ended with ${code} before it was ready: ${said}`)))
  })
}

/** Ends a program and waits for it. */
export function ended(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
