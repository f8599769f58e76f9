import { connect } from 'node:net'
import type { AccessPoint } from '@conet/core/rounds'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gateway } from '../contract.js'
import { echo } from '../suite.js'
import type { Dial } from './dial.js'
import { basicAuth } from './dial-proxy.js'
import { localGateway, raw, type Service, serveEcho, socksByName, socksCredentials, socksTunnel } from './harness.js'
import { readCredentials, readGreeting, readRequest } from './socks5.js'

const admission = { session: 'aa'.repeat(16), until: Date.now() + 3_600_000, quota: 2n ** 40n }
const GREETING = Uint8Array.of(5, 1, 2)

/** Sends the credentials, and the request only when `pause` is over. @returns all that came back */
function inTwo(door: AccessPoint, pause: () => Promise<void>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const got: Buffer[] = []
    const socket = connect(door.port, door.host, () => {
      socket.write(GREETING)
      socket.write(socksCredentials(door))
    })
    socket.on('error', reject).once('end', () => resolve(Buffer.concat(got)))
    let isAsked = false
    socket.on('data', chunk => {
      got.push(chunk)
      // Two bytes for the greeting, two for the credentials.
      if (isAsked || Buffer.concat(got).length < 4) return
      isAsked = true
      pause().then(() => socket.write(socksByName('127.0.0.1', 80)), reject)
    })
  })
}

describe('SOCKS5 and hostile bytes', () => {
  let gateway: Gateway
  let access: AccessPoint
  let service: Service
  let dialled = 0
  beforeAll(async () => {
    service = await serveEcho()
    gateway = localGateway({ limits: { handshakeMs: 5_000 } })
    await gateway.start()
    access = await gateway.open(admission)
  })
  afterAll(async () => {
    await gateway.stop()
    await service.close()
  })

  it('takes names and IPv4 addresses', async () => {
    const port = [service.port >> 8, service.port & 0xff]
    for (const ask of [socksByName('localhost', service.port), Uint8Array.of(5, 1, 0, 1, 127, 0, 0, 1, ...port)]) {
      const flow = await socksTunnel(access, ask)
      expect(await echo(flow, 50)).toBe(50)
      flow.destroy()
    }
  })

  it.each([
    ['a private IPv4 address', Uint8Array.of(5, 1, 0, 1, 10, 0, 0, 1, 0, 80), 2],
    ['the IPv6 loopback', Uint8Array.of(5, 1, 0, 4, ...Array(15).fill(0), 1, 0, 80), 2],
    ['a numeric name', socksByName('2130706433', 80), 2],
    ['a malformed name', socksByName('a b', 80), 1],
    ['port 0', socksByName('a.example', 0), 1],
    ['BIND', socksByName('a.example', 80, 2), 7],
    ['UDP ASSOCIATE', socksByName('a.example', 80, 3), 7],
    ['an unknown type of address', Uint8Array.of(5, 1, 0, 9, 1, 2), 8],
    ['a closed port', socksByName('127.0.0.1', 1), 5],
  ])('refuses %s with its reply code', async (_what, ask, code) => {
    await expect(socksTunnel(access, ask)).rejects.toMatchObject({ status: code })
  })

  it('refuses wrong credentials and clients that offer none', async () => {
    const wrong = { ...access, password: '0'.repeat(32) }
    await expect(socksTunnel(wrong, GREETING)).rejects.toMatchObject({ status: 1, code: 'auth' })
    expect([...(await raw(access, [Uint8Array.of(5, 1, 0)]))]).toEqual([5, 0xff])
    expect(await raw(access, [Uint8Array.of(5, 1, 2), Uint8Array.of(9, 9, 9)])).toEqual(Buffer.from([5, 2]))
  })

  it('understands the same bytes in any chunking', async () => {
    const whole = Buffer.concat([
      GREETING,
      socksCredentials(access),
      socksByName(service.host, service.port),
      Buffer.from('ping'),
    ])
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 12 }), async cuts => {
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length]
        const chunks = edges.slice(1).map((edge, i) => whole.subarray(edges[i], edge))
        const answer = await raw(access, chunks, true)
        expect([...answer.subarray(0, 4), answer[5], answer.subarray(14).toString()]).toEqual([5, 2, 1, 0, 0, 'ping'])
      }),
      { numRuns: 50 },
    )
  })

  it('never throws on any bytes, and asks for more only while a message is short', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), bytes => {
        for (const read of [readGreeting, readCredentials, readRequest]) {
          const result = read(bytes)
          if (result === undefined) expect(bytes.length).toBeLessThan(513)
          else if (result !== 'malformed') expect(result.length).toBeLessThanOrEqual(bytes.length)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['its end', 'a close'])('dials for nobody whose session met %s after the credentials', async what => {
    const asked: string[] = []
    const dial: Dial = ({ host }) => {
      asked.push(host)
      return Promise.reject(new Error('nobody may get here'))
    }
    const late = localGateway({ dial })
    await late.start()
    const session = { ...admission, until: Date.now() + 300 }
    const door = await late.open(session)
    const answer = await inTwo(door, async () => {
      if (what === 'a close') await late.close(session.session)
      else await new Promise(resolve => setTimeout(resolve, 350))
    })
    expect({ reply: [...answer.subarray(0, 6)], asked }).toEqual({ reply: [5, 2, 1, 0, 5, 1], asked: [] })
    await late.stop()
  })

  it('lets no bytes through without the password, leaves no flow open, and lives on', async () => {
    const watched = localGateway({
      limits: { handshakeMs: 200 },
      dial: () => {
        dialled += 1
        return Promise.reject(new Error('nobody may get here'))
      },
    })
    await watched.start()
    const door = await watched.open(admission)
    const { host, port, username } = door
    const fake = { host, port, username, password: 'f'.repeat(32) }
    const line = fc.constantFrom(
      'CONNECT a:80 HTTP/1.1\r\n',
      'GET http://a/ HTTP/1.1\r\n',
      'POST http://a/ HTTP/1.0\r\n',
      'PRI * HTTP/2.0\r\n',
    )
    const field = fc.constantFrom(
      `Proxy-Authorization: ${basicAuth(fake)}\r\n`,
      'Proxy-Authorization: Basic Og==\r\n',
      'Content-Length: 5\r\n',
      'Host:\r\n',
      '\r\n',
      'x',
    )
    const http = fc
      .tuple(line, fc.array(field, { maxLength: 6 }))
      .map(([first, fields]) => Buffer.from([first, ...fields, '\r\n'].join('')))
    const socks = fc.array(
      fc.constantFrom(
        GREETING,
        socksCredentials(fake),
        socksByName('a', 80),
        Uint8Array.of(5),
        Uint8Array.of(1, 0, 0),
        Uint8Array.of(5, 2, 0, 2),
      ),
      { minLength: 1, maxLength: 6 },
    )
    const noise = fc.uint8Array({ minLength: 1, maxLength: 300 })
    const input = fc.oneof(
      http.map(bytes => [bytes]),
      socks,
      noise.map(bytes => [bytes]),
      noise.map(bytes => [GREETING, bytes]),
    )
    await fc.assert(
      fc.asyncProperty(input, async chunks => {
        await raw(door, chunks, true)
        expect(watched.meter(admission.session)).toMatchObject({ openFlows: 0, bytesUp: 0n, bytesDown: 0n })
      }),
      { numRuns: 300 },
    )
    expect(dialled).toBe(0)
    expect(watched.meter(admission.session).refusedFlows).toBe(0)
    await expect(socksTunnel(door, socksByName('a.example', 80))).rejects.toMatchObject({ status: 1 })
    expect(dialled).toBe(1)
    await watched.stop()
  })

  it('are answered in no other protocol when their time is over', async () => {
    const quick = localGateway({ limits: { handshakeMs: 50 } })
    await quick.start()
    const door = await quick.open(admission)
    // The beginning of a greeting, and nothing more.
    expect(String(await raw(door, [Uint8Array.of(5, 1)]))).toBe('')
    await quick.stop()
  })
})
