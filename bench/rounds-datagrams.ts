import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Answer, type Carrier, LOOPBACK, VOUCHER_BYTES } from './rounds-datagrams/carrier.js'

/**
 * What a round's two messages cost a server by TCP connections and by UDP datagrams: 10,000 peers, 2,000 rounds a second,
 * nothing else done with them. The lines are the control. Datagrams would be worth a protocol of their own from 0.7 of a
 * line's time downwards (docs/adr/0017-no-datagrams.md).
 */

const PEERS = Number(process.env.CONET_BENCH_SESSIONS ?? 10_000)
const voucher = Buffer.alloc(VOUCHER_BYTES, 98)
const rounded = (value: number) => Number(value.toFixed(2))

async function openLine(port: number): Promise<() => void> {
  const socket = connect(port, LOOPBACK)
  socket.setNoDelay(true)
  socket.on('data', () => socket.write(voucher))
  await once(socket, 'connect')
  return () => socket.destroy()
}

async function openPort(port: number): Promise<() => void> {
  const socket = createSocket('udp4')
  socket.on('message', () => socket.send(voucher, port, LOOPBACK))
  socket.bind(0, LOOPBACK)
  await once(socket, 'listening')
  socket.send(voucher.subarray(0, 20), port, LOOPBACK)
  return () => socket.close()
}

async function run(carrier: Carrier): Promise<Extract<Answer, { type: 'measured' }>> {
  const server = fork(fileURLToPath(new URL('./rounds-datagrams/server.js', import.meta.url)), [carrier])
  const next = async () => (await once(server, 'message'))[0] as Answer
  const peers: (() => void)[] = []
  try {
    const ready = await next()
    if (ready.type !== 'ready') throw new Error('the server did not start')
    const open = carrier === 'lines' ? openLine : openPort
    while (peers.length < PEERS) peers.push(await open(ready.port))
    server.send('measure')
    const measured = await next()
    if (measured.type !== 'measured') throw new Error('no measurement')
    return measured
  } finally {
    for (const close of peers) close()
    server.disconnect()
  }
}

const lines = await run('lines')
const datagrams = await run('datagrams')
process.stdout.write(
  `${JSON.stringify({
    peers: PEERS,
    linesUsPerRound: rounded(lines.usPerRound),
    datagramsUsPerRound: rounded(datagrams.usPerRound),
    ratio: rounded(datagrams.usPerRound / lines.usPerRound),
    answeredBy: { lines: rounded(lines.heard / lines.stated), datagrams: rounded(datagrams.heard / datagrams.stated) },
    rssMb: { lines: Math.round(lines.rssMb), datagrams: Math.round(datagrams.rssMb) },
  })}\n`,
)
