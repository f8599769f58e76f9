import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { TunnelMeter } from './meter.js'

const MIB = 1_048_576

/** A tunnel that the upstream has sent so much through. */
async function tunnelWith(bytes: number): Promise<Socket> {
  const server = createServer(socket => socket.on('error', () => undefined).write(Buffer.alloc(bytes)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  await once(socket, 'connect')
  server.close()
  return socket
}

it('allows for what its clients left unread, as far as something came through', async () => {
  const meter = new TunnelMeter()
  for (let flow = 1; flow <= 6; flow++) {
    const socket = await tunnelWith(9 * MIB)
    meter.add(socket)
    while (socket.bytesRead < 9 * MIB) {
      socket.resume()
      await new Promise(setImmediate)
    }
    socket.destroy()
    await once(socket, 'close')
    const { bytesDown, inFlight } = meter.read()
    expect(bytesDown).toBe(BigInt(flow * 9 * MIB))
    expect(inFlight).toBe(BigInt(flow * (9 + 4) * MIB))
  }
})
