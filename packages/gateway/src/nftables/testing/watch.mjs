// Runs in the namespace of the origin: tells when packets begin to arrive and when they have stopped.
// Lines: `first <monotonic ns>` after a silence, `last <monotonic ns>` once nothing came for a while. Arguments: port, silence in ms.
import { createSocket } from 'node:dgram'

const SILENCE_NS = BigInt(process.argv[3] ?? 60) * 1_000_000n
let last = 0n
let flowing = false
const socket = createSocket({ type: 'udp6', recvBufferSize: 1 << 20 })
socket.on('message', () => {
  last = process.hrtime.bigint()
  if (!flowing) process.stdout.write(`first ${last}\n`)
  flowing = true
})
setInterval(() => {
  if (!flowing || process.hrtime.bigint() - last < SILENCE_NS) return
  flowing = false
  process.stdout.write(`last ${last}\n`)
}, 10)
socket.bind(Number(process.argv[2]), '::', () => process.stdout.write('ready\n'))
process.stdin.resume().once('end', () => process.exit(0))
