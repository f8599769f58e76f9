// Runs in the namespace of the origin: sends everything back, half-open included. Arguments: ports.
import { createServer } from 'node:net'

const ports = process.argv.slice(2).map(Number)
let left = ports.length
for (const port of ports) {
  createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => {})
    socket.pipe(socket)
  }).listen(port, '::', () => {
    left--
    if (left === 0) process.stdout.write('ready\n')
  })
}
process.stdin.resume().once('end', () => process.exit(0))
