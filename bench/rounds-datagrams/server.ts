import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import type { Answer, Carrier } from './carrier.js'
import { LOOPBACK, ROUNDS_PER_SECOND, STATEMENT_BYTES, WINDOW_MS } from './carrier.js'

/** The provider's side: states to one peer after the other, in groups as a node's timer does, and takes in what answers. */

const carrier = process.argv[2] as Carrier
const statement = 'a'.repeat(STATEMENT_BYTES)
const peers: (() => void)[] = []
let heard = 0

function byLines(): Promise<number> {
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => {
      heard++
    })
    peers.push(() => socket.write(statement, 'latin1'))
  })
  return new Promise(resolve => {
    server.listen(0, LOOPBACK, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** The first datagram of a port makes it a peer, as a hello would. */
function byDatagrams(): Promise<number> {
  const socket = createSocket('udp4')
  const known = new Set<number>()
  socket.on('message', (_, { port }) => {
    heard++
    if (known.has(port)) return
    known.add(port)
    peers.push(() => socket.send(Buffer.from(statement, 'latin1'), port, LOOPBACK))
  })
  return new Promise(resolve => socket.bind(0, LOOPBACK, () => resolve(socket.address().port)))
}

async function measure(): Promise<Answer> {
  const [start, cpu, heardBefore] = [performance.now(), process.cpuUsage(), heard]
  let stated = 0
  const timer = setInterval(() => {
    const wanted = ((performance.now() - start) * ROUNDS_PER_SECOND) / 1_000
    for (; stated < wanted; stated++) peers[stated % peers.length]?.()
  }, 5)
  await new Promise(resolve => setTimeout(resolve, WINDOW_MS))
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(timer)
  return {
    type: 'measured',
    stated,
    heard: heard - heardBefore,
    usPerRound: (user + system) / stated,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  }
}

process.once('disconnect', () => process.exit(0))
process.on('message', () => void measure().then(answer => process.send?.(answer)))
const port = await (carrier === 'lines' ? byLines() : byDatagrams())
process.send?.({ type: 'ready', port } satisfies Answer)
