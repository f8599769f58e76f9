import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { createNftablesGateway } from './gateway.js'
import { PROTOCOL_VERSION, type Request } from './protocol.js'

const MAC = '02:00:00:00:00:01'
const HELLO = { version: PROTOCOL_VERSION, channel: 'netlink', table: 'conet_gw' }

it('asks the helper once, however many pages one device asks for at a time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conet-flood-'))
  const asked: string[] = []
  const helper = createServer(socket => {
    createInterface({ input: socket }).on('line', line => {
      const request = JSON.parse(line) as Request
      if (request.op === 'neighbour') asked.push(request.ip)
      const result = request.op === 'hello' ? HELLO : { mac: MAC }
      setImmediate(() => socket.write(`${JSON.stringify({ id: request.id, ok: true, result })}\n`))
    })
  }).listen(join(folder, 's'))
  const gateway = createNftablesGateway({ socket: join(folder, 's'), advertise: { host: '10.77.0.1', port: 8642 } })
  await gateway.start()
  const many = Array.from({ length: 1_000 }, (_, index) => gateway.clientOf(index % 2 === 0 ? '10.0.0.2' : '10.0.0.3'))
  expect(new Set((await Promise.all(many)).map(found => found?.mac))).toEqual(new Set([MAC]))
  expect(asked).toEqual(['10.0.0.2', '10.0.0.3'])
  // Nothing is remembered: a device that comes later, with the same address, is looked for again.
  await gateway.clientOf('::ffff:10.0.0.2')
  expect(asked).toHaveLength(3)
  await gateway.stop()
  helper.close()
  rmSync(folder, { recursive: true })
})
