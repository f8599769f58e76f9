import { createServer, type Server } from 'node:http'
import { connect, Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { acceptUpgrade, checkUpgrade, type Line, OpenLines } from './index.js'

let server: Server
let lines: OpenLines
let port = 0
let last: Line | undefined
const heard: string[] = []
/** Lines of this test that are gone. */
let seen = { gone: 0 }

beforeEach(async () => {
  lines = new OpenLines()
  heard.length = 0
  const mine = { gone: 0 }
  seen = mine
  server = createServer()
  server.on('upgrade', (request, socket, head) => {
    if (!checkUpgrade(request) || !(socket instanceof Socket)) return socket.destroy()
    acceptUpgrade(request, socket, 'p')
    const line = lines.open(socket, false)
    last = line
    line.listen({
      heard: text => {
        heard.push(text)
        line.send(text.toUpperCase(), text === 'two' ? 'AGAIN' : undefined)
      },
      gone: () => {
        mine.gone++
      },
    })
    if (head.length > 0) line.take(head)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterEach(async () => {
  lines.closeAll(1001, 'over')
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

/** A client of another make. */
async function client(): Promise<{ socket: WebSocket; got: string[]; closed: Promise<number> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'p')
  const got: string[] = []
  socket.on('message', data => got.push(data.toString()))
  socket.on('error', () => undefined)
  const closed = new Promise<number>(resolve => socket.once('close', resolve))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { socket, got, closed }
}

describe('a line', () => {
  it('carries text both ways, in pieces too, and two frames in one', async () => {
    const { socket, got } = await client()
    socket.send('one')
    socket.send('x', { fin: false })
    socket.send('y', { fin: false })
    socket.send('z', { fin: true })
    socket.send('two')
    socket.send('ü'.repeat(3_000))
    await vi.waitFor(() => expect(got).toEqual(['ONE', 'XYZ', 'TWO', 'AGAIN', 'Ü'.repeat(3_000)]), 10_000)
    expect(lines.size).toBe(1)
  })

  it('reads frames however the network cuts them', async () => {
    const socket = connect(port, '127.0.0.1')
    const head = 'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13'
    const frame = Buffer.from([0x81, 0x83, 1, 2, 3, 4, 0x61 ^ 1, 0x62 ^ 2, 0x63 ^ 3])
    socket.write(`${head}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`)
    let answer = ''
    socket.on('data', data => {
      answer += data.toString('latin1')
    })
    // The key and its answer of RFC 6455 section 1.3.
    await vi.waitFor(() => expect(answer).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='), 10_000)
    for (const byte of Buffer.concat([frame, frame])) {
      socket.write(Buffer.from([byte]))
      await new Promise(resolve => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(heard).toEqual(['abc', 'abc']), 10_000)
    socket.destroy()
    await vi.waitFor(() => expect(seen.gone).toBe(1), 10_000)
    expect(lines.size).toBe(0)
  })

  it('lets go of a client that pings and does not read', async () => {
    const { socket } = await client()
    const raw = (socket as unknown as { _socket: Socket })._socket
    raw.pause()
    const ping = Buffer.concat(
      Array.from({ length: 1_000 }, () => Buffer.from([0x89, 0xfd, 0, 0, 0, 0, ...Buffer.alloc(125)])),
    )
    raw.on('error', () => undefined)
    for (let sent = 0; seen.gone === 0 && sent < 1_000; sent++) {
      raw.write(ping)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(seen.gone).toBe(1)
    raw.destroy()
  })

  it('answers pings, and both ways of closing', async () => {
    const one = await client()
    const pong = new Promise(resolve => one.socket.once('pong', data => resolve(String(data))))
    one.socket.ping('hello')
    expect(await pong).toBe('hello')
    one.socket.close(1000)
    expect(await one.closed).toBe(1000)
    const two = await client()
    last?.close(4_001, 'REPLACED')
    last?.send('too late')
    expect(await two.closed).toBe(4_001)
    await vi.waitFor(() => expect(seen.gone).toBe(2), 10_000)
  })

  it.each([
    ['binary', (socket: WebSocket) => socket.send(Buffer.from([1])), 1003],
    ['too large', (socket: WebSocket) => socket.send('x'.repeat(20_000)), 1009],
    [
      'too large in pieces',
      (socket: WebSocket) => {
        for (let i = 0; i < 20; i++) socket.send('x'.repeat(1_000), { fin: false })
      },
      1009,
    ],
    [
      'pieces without end',
      (socket: WebSocket) => {
        for (let i = 0; i < 80; i++) socket.send('', { fin: false })
      },
      1009,
    ],
    ['no UTF-8', (socket: WebSocket) => socket.send(Buffer.from([0xff]), { binary: false }), 1007],
  ])('is closed for what is %s', async (_, send, code) => {
    const { socket, closed } = await client()
    send(socket)
    expect(await closed).toBe(code)
  })

  it('is asked when it is silent, and given up when it does not answer', async () => {
    const { socket, closed } = await client()
    const asked = new Promise(resolve => socket.once('ping', resolve))
    last?.sweep()
    last?.sweep()
    await asked
    await new Promise(resolve => setTimeout(resolve, 50))
    last?.sweep()
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.pause()
    last?.sweep()
    last?.sweep()
    socket.resume()
    expect(await closed).toBe(1006)
  })
})
