import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodePorts } from '@conet/client'
import { Chain, type Neighbour } from '@conet/client/chain'
import { startExit } from '@conet/node/chain'
import { note, percentile, printFigures } from './lib.js'

/**
 * Relays: how long a flow pauses when a relay falls silent (its process is stopped, no socket closes), and what a chain
 * of two relays carries.
 *
 * Relays are processes of their own; source, exit and terminal share this one. Control in the same run: the same flow
 * over a plain socket, and over one relay. Limit: failoverP50Ms ≤ 500.
 */

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const HOST = '127.0.0.1'
const LID = 'bench'
const TRIALS = 12
const BEFORE_MS = 700
const AFTER_MS = 1_500
const CHUNK = Buffer.alloc(65_536, 7)
const RATE_CHUNKS_PER_TICK = 4
const BULK_BYTES = 128 * 1_048_576

const sleep = (ms: number) => new Promise<void>(resolve => void setTimeout(resolve, ms))
const folder = mkdtempSync(join(tmpdir(), 'conet-relays-'))

interface RelayProcess extends Neighbour {
  readonly child: ChildProcess
}

async function relay(next: readonly Neighbour[]): Promise<RelayProcess> {
  const home = join(folder, randomBytes(4).toString('hex'))
  const ways = next.flatMap(({ host, port }) => ['--next', `${host}:${port}`])
  const args = [
    MAIN,
    'relay',
    '--home',
    home,
    ...ways,
    '--share',
    '0',
    '--listen',
    `${HOST}:0`,
    '--min-battery',
    '0',
    '--json',
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', chunk => resolve(String(chunk)))
    child.once('exit', code => reject(new Error(`a relay ended with ${code}`)))
  })
  return { child, host: HOST, port: (JSON.parse(line) as { port: number }).port }
}

/** Serves a steady stream to who sends `s`, and as fast as it goes `BULK_BYTES` to who sends `b`. */
function startSource(): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', wish => (wish[0] === 0x73 ? steady(socket) : bulk(socket)))
  })
  server.unref()
  return new Promise(resolve => server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port)))
}

function steady(socket: Socket): void {
  const timer = setInterval(() => {
    for (let at = 0; at < RATE_CHUNKS_PER_TICK; at++) socket.write(CHUNK)
  }, 10)
  socket.once('close', () => clearInterval(timer))
}

function bulk(socket: Socket): void {
  let left = BULK_BYTES
  const more = () => {
    while (left > 0) {
      left -= CHUNK.length
      if (!socket.write(CHUNK)) return void socket.once('drain', more)
    }
    socket.end()
  }
  more()
}

function terminal(neighbours: readonly Neighbour[]): Promise<Chain> {
  return Chain.open({
    lid: LID,
    signer: nodePorts.signer(new Uint8Array(randomBytes(32))),
    neighbours,
    random: size => new Uint8Array(randomBytes(size)),
    now: Date.now,
    monotonic: () => performance.now(),
  })
}

/** Longest time without a byte while the relay in use is stopped. */
async function pauseOf(one: RelayProcess, other: RelayProcess): Promise<number> {
  const chain = await terminal([one, other])
  const used = chain.route.path[0]?.port === one.port ? one : other
  const socket = connect(await chain.reach('source:1'))
  socket.on('error', () => {})
  socket.write('s')
  let last = 0
  let longest = 0
  let bytes = 0
  socket.on('data', chunk => {
    const now = performance.now()
    if (last > 0) longest = Math.max(longest, now - last)
    last = now
    bytes += chunk.length
  })
  await sleep(BEFORE_MS)
  longest = 0
  const before = bytes
  used.child.kill('SIGSTOP')
  await sleep(AFTER_MS)
  used.child.kill('SIGCONT')
  socket.destroy()
  chain.close()
  if (bytes === before) throw new Error('the flow did not go on')
  return longest
}

/** Megabytes per second of one flow. */
async function rateOf(door: Neighbour): Promise<number> {
  const started = performance.now()
  let received = 0
  await new Promise<void>((resolve, reject) => {
    const socket = connect(door, () => socket.write('b'))
    socket.on('error', reject)
    socket.on('data', chunk => {
      received += chunk.length
    })
    socket.once('close', () => resolve())
  })
  if (received !== BULK_BYTES) throw new Error(`lost ${BULK_BYTES - received} bytes`)
  return received / 1e6 / ((performance.now() - started) / 1_000)
}

async function run(): Promise<void> {
  const port = await startSource()
  const seed = new Uint8Array(randomBytes(32))
  const exit = await startExit({
    ...{ lid: LID, seed, did: nodePorts.signer(seed).did, sha256: nodePorts.sha256, verify: nodePorts.verify },
    listen: { host: HOST, port: 0 },
    now: Date.now,
    monotonic: () => performance.now(),
    provider: nodePorts.signer(seed).did,
    api: 'http://source:2',
    inside: authority => (authority === 'source:1' ? { host: HOST, port } : undefined),
  })
  const at = { host: HOST, port: exit.port }
  const [one, other] = [await relay([at]), await relay([at])]
  const far = await relay([one])
  try {
    const pauses: number[] = []
    for (let trial = 0; trial < TRIALS; trial++) {
      pauses.push(await pauseOf(one, other))
      note(`trial ${trial + 1}: ${Math.round(pauses.at(-1) ?? 0)} ms`)
      await sleep(300)
    }
    const bare = await rateOf({ host: HOST, port })
    const rates: number[] = []
    for (const first of [one, far]) {
      const chain = await terminal([first])
      rates.push(await rateOf(await chain.reach('source:1')))
      chain.close()
    }
    printFigures({
      failoverP50Ms: percentile(pauses, 0.5),
      failoverMaxMs: Math.max(...pauses),
      trials: TRIALS,
      bareMbPerSecond: bare,
      oneRelayMbPerSecond: rates[0] ?? 0,
      twoRelaysMbPerSecond: rates[1] ?? 0,
    })
  } finally {
    for (const { child } of [one, other, far]) child.kill('SIGKILL')
    await exit.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

await run()
process.exit(0)
