import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { ok } from '@conet/core/errors'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { RoundsChannel } from '../provider/contract.js'
import { RoundsSockets } from './rounds-socket.js'
import { MemoryProvider } from './testing/provider.js'

const SID = 'ab'.repeat(16)
let server: Server
let sockets: RoundsSockets
let channel: RoundsChannel | undefined
let port = 0

beforeEach(async () => {
  channel = undefined
  const provider = new MemoryProvider()
  provider.addSession(SID)
  const attach = (_: string, line: RoundsChannel) => {
    channel = line
    return ok(true as const)
  }
  sockets = new RoundsSockets({ provider: { get: sid => provider.get(sid), attach }, refuse: () => undefined })
  server = createServer().on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterEach(async () => {
  sockets.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

/** @returns the subprotocol that was agreed on, or why there is no line */
function open(protocols: string[]): Promise<string> {
  return new Promise(resolve => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/sessions/${SID}/rounds`, protocols)
    socket.once('open', () => resolve(socket.protocol)).once('error', error => resolve(error.message))
  })
}

it.each([
  { offers: ['conet.rounds.2', 'conet.rounds.1'], gets: 'conet.rounds.2', together: true },
  { offers: ['conet.rounds.1', 'conet.rounds.2'], gets: 'conet.rounds.2', together: true },
  { offers: ['conet.rounds.2'], gets: 'conet.rounds.2', together: true },
  { offers: ['conet.rounds.1'], gets: 'conet.rounds.1', together: false },
  { offers: ['another', 'conet.rounds.1'], gets: 'conet.rounds.1', together: false },
])('a client that offers $offers gets $gets, and with it statements signed together: $together', async row => {
  expect(await open(row.offers)).toBe(row.gets)
  expect(channel?.together).toBe(row.together)
})

it('lets go of whoever was refused and goes on sending', async () => {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  const upgrade = 'GET /v1/sessions/0/rounds HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  socket.on('error', () => undefined)
  socket.write(upgrade)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toContain('404')
  const more = setInterval(() => socket.write('x'), 50)
  const open = () => new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)))
  await vi.waitFor(async () => expect(await open()).toBe(0), 5_000)
  clearInterval(more)
  socket.destroy()
})

it.each([['conet.rounds.3'], ['CONET.ROUNDS.2']])('a client that offers only %s gets no line', async protocol => {
  expect(await open([protocol])).toContain('426')
  expect(channel).toBeUndefined()
})
