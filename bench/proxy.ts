import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { connect, createServer, type OnReadOpts, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { basicAuth, createEgress, createProxyGateway } from '@conet/gateway/proxy'

/**
 * Throughput of the proxy gateway against a bare `socket.pipe` relay, and 1,000 flows at once.
 *
 * Both relays run in a child process of their own; this process is source and sink for both. Windows alternate, so that a
 * busy machine hits both alike; medians are compared. The limit: ratio ≥ 0.8, no flow lost.
 */

const LOOPBACK = '127.0.0.1'
const ROUNDS = 15
const WARM_MS = 100
const WINDOW_MS = 250
const STREAMS = 4
const FLOWS = 1_000
const SINK_BYTES = 1 << 20
const FLOW_BYTES = 32 * 1024

interface Door {
  readonly port: number
  readonly auth?: string
}

interface Relay {
  readonly child: ChildProcess
  readonly door: Door
}

type Direction = 'down' | 'up'

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const rounded = (value: number, digits = 3) => Number(value.toFixed(digits))

function listening(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen({ port: 0, host: LOOPBACK, backlog: 2 * FLOWS }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** The control: everything that arrives goes to one target, by `pipe` both ways; accepted sockets have the gateway's options. */
async function bareRelay(target: number): Promise<Door> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: 64 * 1024 }, client => {
    const uplink = connect({ port: target, host: LOOPBACK, allowHalfOpen: true, noDelay: true })
    client.on('error', () => uplink.destroy()).on('close', () => uplink.destroy())
    uplink.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.pipe(uplink)
    uplink.pipe(client)
  })
  return { port: await listening(server) }
}

/** The gateway as the node runs it: policy, credentials, quota and expiry checked on every chunk. */
async function proxyRelay(): Promise<Door> {
  const egress = createEgress({ allow: [`${LOOPBACK}/32`] })
  const gateway = createProxyGateway({ listen: { host: LOOPBACK, port: 0 }, egress })
  await gateway.start()
  const access = await gateway.open({ session: 'bench', until: Date.now() + 600_000, quota: 2n ** 52n })
  return { port: access.port, auth: basicAuth(access) }
}

async function runRelay(kind: string, target: number): Promise<void> {
  process.once('disconnect', () => process.exit(0))
  process.send?.(kind === 'bare' ? await bareRelay(target) : await proxyRelay())
}

function startRelay(kind: 'bare' | 'proxy', target: number): Promise<Relay> {
  const child = fork(fileURLToPath(import.meta.url), ['relay', kind, String(target)])
  return new Promise((resolve, reject) => {
    child.once('message', door => resolve({ child, door: door as Door }))
    child.once('exit', code => reject(new Error(`the ${kind} relay ended with code ${code} before it listened`)))
  })
}

/** Sends without end and without a copy. */
function pour(socket: Socket, blob: Uint8Array): void {
  const more = () => {
    while (!socket.destroyed && socket.write(blob));
  }
  socket.on('drain', more)
  more()
}

/** One service for all: its first byte from the client says what to do. */
function origin(blob: Uint8Array, sunk: (bytes: number) => void): Server {
  return createServer({ allowHalfOpen: true, highWaterMark: 256 * 1024 }, socket => {
    socket.on('error', () => {})
    socket.once('data', first => {
      if (first[0] === 0x64) pour(socket, blob)
      else if (first[0] === 0x65) socket.pipe(socket).write(first)
      else socket.on('data', chunk => sunk(chunk.length)).once('end', () => socket.end())
    })
  })
}

function open({ port, auth }: Door, target: number, onread?: OnReadOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: LOOPBACK, allowHalfOpen: true, ...(onread !== undefined && { onread }) })
    socket.once('error', reject)
    if (auth === undefined) return socket.once('connect', () => resolve(socket))
    socket.write(`CONNECT ${LOOPBACK}:${target} HTTP/1.1\r\nProxy-Authorization: ${auth}\r\n\r\n`)
    if (onread !== undefined) return resolve(socket)
    // No byte of a flow comes before its first request here: the reply arrives alone.
    socket.once('data', reply => {
      if (reply.toString('latin1').startsWith('HTTP/1.1 200')) resolve(socket)
      else reject(new Error(`CONNECT was refused: ${reply.toString('latin1').slice(0, 60)}`))
    })
  })
}

/** Counts what arrives without keeping it: the sink must not be what is measured. */
function sink(add: (bytes: number) => void): OnReadOpts {
  return {
    buffer: Buffer.alloc(SINK_BYTES),
    callback(bytes) {
      add(bytes)
      return true
    },
  }
}

/** MB/s of one window over some parallel streams. */
async function measure(
  door: Door,
  target: number,
  way: Direction,
  blob: Uint8Array,
  count: () => number,
  add: (n: number) => void,
) {
  const sockets = await Promise.all(Array.from({ length: STREAMS }, () => open(door, target, sink(add))))
  for (const socket of sockets) {
    socket.on('error', () => {})
    socket.write(way === 'down' ? 'd' : 'u')
    if (way === 'up') pour(socket, blob)
  }
  await sleep(WARM_MS)
  const [bytes, start] = [count(), performance.now()]
  await sleep(WINDOW_MS)
  const rate = (count() - bytes) / 1_000 / (performance.now() - start)
  for (const socket of sockets) socket.destroy()
  await sleep(30)
  return rate
}

/** One flow: sends random bytes, half-closes, and compares what came back. */
async function flowSurvives(door: Door, target: number): Promise<boolean> {
  const payload = Buffer.concat([Buffer.from('e'), randomBytes(FLOW_BYTES)])
  const back = createHash('sha256')
  try {
    const socket = await open(door, target)
    const ended = new Promise<void>((resolve, reject) =>
      socket.once('end', resolve).once('error', reject).once('close', reject),
    )
    socket.on('data', chunk => back.update(chunk))
    socket.end(payload)
    await ended
    return back.digest('hex') === createHash('sha256').update(payload).digest('hex')
  } catch (error) {
    console.error(`a flow was lost: ${error instanceof Error ? error.message : 'cut'}`)
    return false
  }
}

async function main(): Promise<void> {
  const blob = Buffer.alloc(1 << 20, 7)
  let total = 0
  const add = (bytes: number) => {
    total += bytes
  }
  const target = await listening(origin(blob, add))
  const [bare, proxy] = [await startRelay('bare', target), await startRelay('proxy', target)]
  const rates = { bare: { down: [], up: [] }, proxy: { down: [], up: [] } } as Record<
    'bare' | 'proxy',
    Record<Direction, number[]>
  >
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of ['down', 'up'] as const) {
      for (const [name, relay] of [
        ['bare', bare],
        ['proxy', proxy],
      ] as const) {
        rates[name][way].push(await measure(relay.door, target, way, blob, () => total, add))
      }
    }
  }
  // Neighbouring windows are compared before the median is taken: what slows the machine down slows both.
  const ratioOf = (way: Direction) => median(rates.proxy[way].map((rate, i) => rate / (rates.bare[way][i] ?? rate)))
  const worse: Direction = ratioOf('down') < ratioOf('up') ? 'down' : 'up'
  const survived = await Promise.all(Array.from({ length: FLOWS }, () => flowSurvives(proxy.door, target)))
  for (const { child } of [bare, proxy]) {
    child.removeAllListeners('exit')
    child.disconnect()
  }
  // The direction with the lower ratio is the result: a good one must not hide a bad one.
  const result = {
    mbPerSecond: rounded(median(rates.proxy[worse]), 1),
    bareMbPerSecond: rounded(median(rates.bare[worse]), 1),
    ratio: rounded(ratioOf(worse)),
    flowsLost: survived.filter(whole => !whole).length,
    downRatio: rounded(ratioOf('down')),
    upRatio: rounded(ratioOf('up')),
  }
  if (!process.argv.includes('--json')) {
    for (const way of ['down', 'up'] as const) {
      console.log(
        `${way}: proxy ${rounded(median(rates.proxy[way]), 1)} MB/s, bare ${rounded(median(rates.bare[way]), 1)} MB/s`,
      )
    }
    console.log(`limit: ratio ≥ 0.8, flowsLost = 0 of ${FLOWS}`)
  }
  console.log(JSON.stringify(result))
  process.exit(result.flowsLost === 0 ? 0 : 1)
}

if (process.argv[2] === 'relay') await runRelay(process.argv[3] ?? '', Number(process.argv[4]))
else await main()
