import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { linkCount } from './link.js'
import { FlowMeter } from './meter.js'

const told = existsSync('/sys/class/net/lo/statistics/rx_bytes')
if (!told) console.log('SKIPPED: what a link carried: this system does not tell')

it.runIf(told)('counts what other programs of the device sent and got, too', async () => {
  const meter = new FlowMeter()
  meter.link = await linkCount('127.0.0.1')
  expect(meter.read().bytesDown).toBeLessThan(1_000_000n)
  const server = createServer(socket => socket.end(Buffer.alloc(2_000_000)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1').resume()
  await once(socket, 'close')
  server.close()
  expect(meter.read().bytesDown).toBeGreaterThanOrEqual(2_000_000n)
})

it('tells nothing of a way that does not exist', async () => {
  expect(await linkCount('nowhere.invalid')).toBeUndefined()
})
