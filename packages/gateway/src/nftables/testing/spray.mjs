// Runs in the namespace of the clients: sends small UDP packets without pause, about four a millisecond.
// Arguments: own address, target address, port.
import { createSocket } from 'node:dgram'

const [from = '', to = '', port = ''] = process.argv.slice(2)
const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4')
const nap = new Int32Array(new SharedArrayBuffer(4))
// A router that refuses tells so: that is expected here.
socket.on('error', () => {})
socket.bind(0, from, () =>
  socket.connect(Number(port), to, () => {
    const next = () => {
      socket.send('x', () => {})
      Atomics.wait(nap, 0, 0, 0.2)
      setImmediate(next)
    }
    next()
    process.stdout.write('ready\n')
  }),
)
process.stdin.resume().once('end', () => process.exit(0))
