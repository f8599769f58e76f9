import { connect, type Socket } from 'node:net'
import type { AccessPoint } from '@conet/core/rounds'
import { afterEach, describe, expect, it } from 'vitest'
import type { Gateway } from '../contract.js'
import { basicAuth } from './dial-proxy.js'
import type { ProxyOptions } from './gateway.js'
import { localGateway, type Service, serve } from './harness.js'

const admission = { session: 'ab'.repeat(16), until: Date.now() + 3_600_000, quota: 2n ** 40n }

/** What the proxy adds on the way to an origin, uncounted: it asks for one answer per connection. */
const CLOSE_FIELD = 'Connection: close\r\n'

const open: { gateway?: Gateway; origin?: Service; client?: Socket } = {}

afterEach(async () => {
  open.client?.destroy()
  await open.gateway?.stop()
  await open.origin?.close()
})

/** A connection to a proxy, and the bytes that came back. */
class Client {
  got = ''
  closed = false

  constructor(
    readonly socket: Socket,
    private readonly access: AccessPoint,
    private readonly origin: Service,
  ) {
    open.client = socket
    socket.on('data', chunk => {
      this.got += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.once('close', () => {
      this.closed = true
    })
  }

  /** Sends the head of a request. */
  ask(method: string, fields = '', path = '/'): void {
    const { access, origin, socket } = this
    const own = `Host: x\r\nProxy-Authorization: ${basicAuth(access)}\r\n`
    socket.write(`${method} http://127.0.0.1:${origin.port}${path} HTTP/1.1\r\n${own}${fields}\r\n`)
  }

  get statuses(): string[] {
    return this.got.match(/(?<=HTTP\/1\.1 )\d+/g) ?? []
  }

  /** Waits until a text has come. */
  until(text: string): Promise<void> {
    return expect.poll(() => this.got, { timeout: 5_000 }).toContain(text)
  }
}

/** A client and an origin with a proxy between them; `onHead` acts for the origin when the head of a request is there. */
async function between(onHead: (socket: Socket, seen: () => string) => void, limits: ProxyOptions['limits'] = {}) {
  const gateway = localGateway({ limits })
  open.gateway = gateway
  await gateway.start()
  let seen = ''
  const origin = await serve(socket => {
    let told = false
    socket.on('data', chunk => {
      seen += chunk.toString('latin1')
      if (!told && seen.includes('\r\n\r\n')) onHead(socket, () => seen)
      told ||= seen.includes('\r\n\r\n')
    })
  })
  open.origin = origin
  const access = await gateway.open(admission)
  const client = new Client(connect({ host: access.host, port: access.port, noDelay: true }), access, origin)
  return { client, seen: () => seen, meter: () => gateway.meter(admission.session) }
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly'

describe('uploads', () => {
  it.each(['Transfer-Encoding: chunked', 'Content-Length: 3'])('sends the head before the body: %s', async framing => {
    const { client } = await between(socket => void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\nno'))
    client.ask('POST', `${framing}\r\n`)
    await client.until('HTTP/1.1 401 Unauthorized')
  })

  it('adds no framing to a request without a body', async () => {
    const { client, seen } = await between(socket => void socket.end(OK))
    client.ask('POST')
    await client.until('early')
    expect(seen()).not.toMatch(/transfer-encoding/i)
  })

  it('goes on with the next request after an early answer, and counts nothing that it dropped', async () => {
    const { client, seen, meter } = await between(socket => void socket.write(OK))
    const size = 5_000_000
    client.ask('POST', `Content-Length: ${size}\r\n`)
    await client.until('early')
    client.socket.write(Buffer.alloc(size))
    client.ask('GET')
    await expect.poll(() => client.statuses, { timeout: 5_000 }).toEqual(['200', '200'])
    expect(Number(meter().bytesUp)).toBe(seen().replaceAll(CLOSE_FIELD, '').length)
  })

  it('forwards an upload while its answer is under way', async () => {
    const { client } = await between(socket => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      socket.on('data', chunk => chunk.includes('last') && socket.end('4\r\nlast\r\n0\r\n\r\n'))
    })
    client.ask('POST', 'Content-Length: 1000004\r\n')
    await client.until('200 OK')
    client.socket.write(Buffer.alloc(1_000_000, 'x'))
    client.socket.write('last')
    await client.until('4\r\nlast\r\n0\r\n\r\n')
  })

  it('hangs up on the rest of an upload that takes too long, without a second answer', async () => {
    const { client } = await between(socket => void socket.write(OK), { handshakeMs: 300, keepAliveMs: 300 })
    client.ask('POST', 'Content-Length: 10\r\n')
    await client.until('early')
    client.socket.write('half')
    await expect.poll(() => client.closed, { timeout: 5_000 }).toBe(true)
    expect(client.statuses).toEqual(['200'])
  })
})

describe('connections', () => {
  const limits = { handshakeMs: 300, keepAliveMs: 300 }

  it('that wait for no answer are closed without a word', async () => {
    const { client } = await between(socket => void socket.end(OK), limits)
    client.ask('GET')
    await expect.poll(() => client.closed, { timeout: 5_000 }).toBe(true)
    expect(client.statuses).toEqual(['200'])
  })

  it('are closed so after the rest of an upload, too, and have their time from its end', async () => {
    const { client } = await between(socket => void socket.write(OK), { handshakeMs: 800, keepAliveMs: 800 })
    client.ask('POST', 'Content-Length: 10\r\n')
    await client.until('early')
    await new Promise(resolve => setTimeout(resolve, 500))
    client.socket.write('0123456789')
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(client.closed).toBe(false)
    await expect.poll(() => client.closed, { timeout: 5_000 }).toBe(true)
    expect(client.statuses).toEqual(['200'])
  })

  it('with a request begun are told that its time is over', async () => {
    const { client } = await between(socket => void socket.end(OK), limits)
    client.ask('GET')
    await client.until('early')
    client.socket.write('GET http://a')
    await client.until('HANDSHAKE_TIMEOUT')
  })
})

describe('answers', () => {
  it('may take longer than a half-open flow may be idle', async () => {
    const late = (socket: Socket) => void setTimeout(() => socket.end(OK), 400)
    const { client } = await between(late, { halfOpenIdleMs: 50 })
    client.ask('GET')
    await client.until('early')
  })

  it('that never come are told, and the connection lives on', async () => {
    const { client } = await between(() => {}, { idleMs: 500 })
    client.ask('GET')
    await client.until('CONNECT_TIMEOUT')
    client.ask('GET')
    await expect.poll(() => client.statuses, { timeout: 5_000 }).toEqual(['504', '504'])
  })

  it('that switch protocols, which nobody asked for, are a failure at once', async () => {
    const { client } = await between(
      socket => void socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    )
    client.ask('GET')
    await client.until('UPSTREAM_FAILED')
    expect(client.statuses).toEqual(['502'])
  })

  it.each(['gzip, chunked', 'gzip'])('in the transfer coding "%s" are a failure', async coding => {
    const { client } = await between(
      socket => void socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`),
    )
    client.ask('GET')
    await client.until('UPSTREAM_FAILED')
    expect(client.statuses).toEqual(['502'])
  })

  it('lose no field, however many they have', async () => {
    const many = 'a: b\r\n'.repeat(2_500)
    const { client } = await between(socket => void socket.end(`HTTP/1.1 200 OK\r\n${many}X-Last: 1\r\n\r\n`))
    client.ask('GET')
    await client.until('X-Last: 1')
    expect(client.got.match(/^a: b/gm)).toHaveLength(2_500)
  })
})

describe('heads', () => {
  it('lose no field, however many they have', async () => {
    const { client, seen } = await between((socket, all) => {
      const answer = () => all().endsWith('BODY') && socket.end(OK)
      if (!answer()) socket.on('data', answer)
    })
    client.ask('POST', `${'a:b\r\n'.repeat(2_500)}X-Last: 1\r\nContent-Length: 4\r\n`)
    client.socket.write('BODY')
    await client.until('early')
    expect(seen().match(/^a: b/gm)).toHaveLength(2_500)
    expect(seen()).toContain('X-Last: 1\r\nContent-Length: 4\r\n')
  })

  it('with more fields than the limit in bytes allows are refused', async () => {
    const { client, seen } = await between(socket => void socket.end(OK))
    client.ask('GET', 'a:b\r\n'.repeat(9_000))
    await client.until('HEADERS_TOO_LARGE')
    expect([client.statuses, seen()]).toEqual([['431'], ''])
  })

  it('with a transfer coding that would reach the origin undone are refused', async () => {
    const { client, seen } = await between(socket => void socket.end(OK))
    client.ask('POST', 'Transfer-Encoding: gzip, chunked\r\n')
    await client.until('CODING_UNSUPPORTED')
    expect([client.statuses, seen()]).toEqual([['501'], ''])
  })

  it('ask about a whole server by its own name for that', async () => {
    const { client, seen } = await between(socket => void socket.end(OK))
    client.ask('OPTIONS', '', '')
    await client.until('early')
    expect(seen()).toMatch(/^OPTIONS \* HTTP\/1\.1\r\n/)
  })

  it('are counted as they are sent, several cookies too', async () => {
    const { client, seen, meter } = await between(socket => void socket.end(OK))
    client.ask('GET', 'Cookie: a=1\r\nCookie: b=2\r\n')
    await client.until('early')
    expect(seen()).toContain('Cookie: a=1; b=2\r\n')
    expect(Number(meter().bytesUp)).toBe(seen().replace(CLOSE_FIELD, '').length)
  })
})
