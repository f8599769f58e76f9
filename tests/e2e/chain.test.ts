import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodePorts, openOrCreateKeystore, walletFromSeed } from '@conet/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Hosts, whyNoHosts } from './hosts.js'
import { freePort, NodeProcess, visitor } from './network.js'
import { digestOf, type Origin, startOrigin } from './origin.js'
import { Running, scratch, until } from './program.js'

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const MIB = 1_048_576
const CHAIN_PORT = 8_650
const LEG_PORT = 8_651
/** terminal — near — far — exit, and terminal — other — exit; the exit's host is this machine. */
const LINKS = [
  { between: ['terminal', 'near'], addresses: ['10.199.1.1', '10.199.1.2'] },
  { between: ['terminal', 'other'], addresses: ['10.199.2.1', '10.199.2.2'] },
  { between: ['near', 'far'], addresses: ['10.199.3.1', '10.199.3.2'] },
  { between: ['far', ''], addresses: ['10.199.4.1', '10.199.4.2'] },
  { between: ['other', ''], addresses: ['10.199.5.1', '10.199.5.2'] },
] as const

const why = whyNoHosts()
if (why !== undefined) console.log(`SKIPPED: a chain over separate hosts: ${why}`)

interface Relay {
  readonly running: Running<{ port: number }>
  readonly did: string
}

describe.skipIf(why !== undefined)('a chain over separate hosts', () => {
  const folder = scratch()
  let hosts: Hosts
  let origin: Origin
  let exit: NodeProcess
  let near: Relay
  let far: Relay
  let other: Relay
  const started: Running<unknown>[] = []

  async function relay(host: string, next: string, share: string): Promise<Relay> {
    const home = join(folder.dir, host)
    const { did } = walletFromSeed(openOrCreateKeystore(join(home, 'wallet.json')), nodePorts)
    const args = ['relay', '--home', home, '--next', next, '--share', share, '--listen', `0.0.0.0:${LEG_PORT}`]
    const running = await Running.start<{ port: number }>(args, {}, 60_000, hosts.on(host))
    started.push(running)
    return { running, did }
  }

  beforeAll(async () => {
    hosts = new Hosts(LINKS)
    origin = await startOrigin()
    exit = await NodeProcess.start(folder.dir, {
      name: 'exit',
      egressAllow: [origin.authority],
      ...{ port: await freePort(), gatewayPort: await freePort() },
      chain: { host: '0.0.0.0', port: CHAIN_PORT },
    })
    const [one, two] = [
      relay('far', `10.199.4.2:${CHAIN_PORT}`, '10'),
      relay('other', `10.199.5.2:${CHAIN_PORT}`, '30'),
    ]
    far = await one
    other = await two
    near = await relay('near', `10.199.3.2:${LEG_PORT}`, '5')
  }, 120_000)

  afterAll(async () => {
    for (const one of started.reverse()) await one.end('SIGKILL')
    await exit?.running.end()
    await origin?.close()
    hosts?.remove()
    folder.remove()
  })

  it('gets a terminal online over two relays, goes on over another when one falls silent, and pays each', async () => {
    const { home } = await visitor(folder.dir, 'terminal', exit)
    const port = await freePort()
    const via = ['--via', `10.199.1.2:${LEG_PORT}`, '--via', `10.199.2.2:${LEG_PORT}`]
    const terminal = program(['connect', '--home', home, '--listen', `127.0.0.1:${port}`, ...via], hosts)
    const url = `${origin.url}/bytes/${48 * MIB}?seconds=12`
    // Which path is better depends on the delays measured just then.
    const first = () => (/over (\d) relay/.exec(terminal.said())?.[1] === '2' ? near : other)
    const fetched = await download(hosts, port, url, received => {
      if (received > 24 * MIB) first().running.child.kill('SIGSTOP')
    })
    expect(fetched.digest).toBe(digestOf(48 * MIB))
    expect(fetched.longestPauseMs).toBeLessThan(5_000)
    expect(terminal.said().match(/over \d relay/g)).toHaveLength(2)
    console.log(`a relay fell silent: the flow paused for ${Math.round(fetched.longestPauseMs)} ms`)

    const again = await download(hosts, port, `${origin.url}/bytes/${4 * MIB}`)
    expect(again.digest).toBe(digestOf(4 * MIB))
    terminal.child.kill('SIGINT')
    expect(await terminal.ended).toBe(0)
    // The first session paid the first path's relays, the one after the change those of the second.
    for (const { did } of [near, far, other]) await until(async () => (await exit.balance(did)) > 0n)
    await until(async () => (await exit.sessions()).every(session => session.settled === session.paid))
    const [before = 0, after = 0] = (await exit.sessions())
      .toSorted((one, two) => one.openedAt - two.openedAt)
      .map(({ settled }) => Number(settled))
    const [overTwo, overOne] = first() === near ? [before, after] : [after, before]
    for (const [{ did }, part] of [
      [near, 0.05 * overTwo],
      [far, 0.1 * overTwo],
      [other, 0.3 * overOne],
    ] as const) {
      // Each payment is rounded down by itself.
      expect(Number(await exit.balance(did))).toBeLessThanOrEqual(part)
      expect(Number(await exit.balance(did))).toBeGreaterThan(part * 0.97 - 3)
    }
  }, 90_000)

  it('goes on over a new channel when the exit was started again', async () => {
    for (const { running } of [near, other]) running.child.kill('SIGCONT')
    const { home } = await visitor(folder.dir, 'lasting', exit)
    const port = await freePort()
    const via = ['--via', `10.199.2.2:${LEG_PORT}`]
    const terminal = program(['connect', '--home', home, '--listen', `127.0.0.1:${port}`, ...via], hosts)
    const url = `${origin.url}/bytes/${MIB}`
    expect((await download(hosts, port, url)).digest).toBe(digestOf(MIB))
    await exit.running.end('SIGKILL')
    exit = await exit.again()
    await until(() => /opening a new one/.test(terminal.said()))
    expect((await download(hosts, port, url)).digest).toBe(digestOf(MIB))
    expect(terminal.said()).toMatch(/CHANNEL_CLOSED/)
    terminal.child.kill('SIGINT')
    expect(await terminal.ended).toBe(0)
  }, 90_000)
})

interface Program {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  /** Progress so far. */
  said(): string
}

function program(args: readonly string[], hosts: Hosts): Program {
  const [ip = '', ...rest] = [...hosts.on('terminal'), process.execPath, MAIN, ...args]
  const child = spawn(ip, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.on('data', chunk => (text += chunk))
  return { child, said: () => text, ended: new Promise(done => child.once('exit', done)) }
}

/** curl on the terminal's host, through its own proxy; what a refusal says is not part of the page that is asked for again. */
function download(hosts: Hosts, port: number, url: string, onBytes: (received: number) => void = () => {}) {
  const curl = ['curl', '-sSf', '--retry', '20', '--retry-connrefused', '--retry-delay', '1', '--noproxy', '']
  const [ip = '', ...rest] = [...hosts.on('terminal'), ...curl, '--proxy', `http://127.0.0.1:${port}`, url]
  const child = spawn(ip, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const hash = createHash('sha256')
  let received = 0
  let at = 0
  let longestPauseMs = 0
  child.stdout.on('data', (chunk: Buffer) => {
    const now = performance.now()
    if (at > 0) longestPauseMs = Math.max(longestPauseMs, now - at)
    at = now
    hash.update(chunk)
    received += chunk.length
    onBytes(received)
  })
  return new Promise<{ digest: string; longestPauseMs: number }>(done =>
    child.once('close', () => done({ digest: hash.digest('hex'), longestPauseMs })),
  )
}
