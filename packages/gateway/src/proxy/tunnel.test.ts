import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { AccessPoint } from '@conet/core/rounds'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Gateway } from '../contract.js'
import { echo, over } from '../suite.js'
import { dialDirect } from './dial-direct.js'
import { basicAuth, dialThroughProxy } from './dial-proxy.js'
import { createEgress } from './egress.js'
import { reset } from './flow.js'
import { httpTunnel, localGateway, raw, type Service, serve, serveEcho, socksByName, socksTunnel } from './harness.js'

const HOUR = 3_600_000
const PLENTY = 2n ** 40n
const SESSION = 'aa'.repeat(16)
const admission = { session: SESSION, until: Date.now() + HOUR, quota: PLENTY }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Everything until the other side's FIN. */
function drain(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    socket.once('end', () => resolve(Buffer.concat(chunks))).once('close', () => reject(new Error('cut')))
    socket.resume()
  })
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
}

describe('a tunnel', () => {
  let gateway: Gateway
  let access: AccessPoint
  let services: Service[]
  const service = async (made: Promise<Service>) => {
    const one = await made
    services.push(one)
    return one
  }
  beforeEach(async () => {
    services = []
    gateway = localGateway()
    await gateway.start()
    access = await gateway.open(admission)
  })
  afterEach(async () => {
    await gateway.stop()
    for (const one of services) await one.close()
  })

  it('carries large random content unchanged both ways and counts it exactly', async () => {
    const target = await service(serveEcho())
    const payload = randomBytes(8 * 1024 * 1024 + 13)
    const flow = await httpTunnel(access, target)
    const back = drain(flow)
    flow.end(payload)
    expect(sha256(await back)).toBe(sha256(payload))
    expect(gateway.meter(SESSION)).toMatchObject({ bytesUp: BigInt(payload.length), bytesDown: BigInt(payload.length) })
    await until(() => gateway.meter(SESSION).openFlows === 0)
  })

  it('keeps one direction flowing after the FIN of the other', async () => {
    const target = await service(
      serve(socket => {
        socket.end('server was first')
        socket.on('data', chunk => received.push(chunk)).once('end', () => done())
      }),
    )
    const received: Buffer[] = []
    let done = () => {}
    const ended = new Promise<void>(resolve => {
      done = resolve
    })
    const flow = await httpTunnel(access, target)
    expect((await drain(flow)).toString()).toBe('server was first')
    flow.write('client ')
    flow.end('still sends')
    await ended
    expect(Buffer.concat(received).toString()).toBe('client still sends')
  })

  it('passes a reset on, both ways', async () => {
    const target = await service(serve(socket => void socket.resume()))
    const first = await httpTunnel(access, target)
    first.write('x')
    await until(() => gateway.meter(SESSION).bytesUp === 1n)
    const errors: string[] = []
    for (const socket of target.connections)
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''))
    first.resetAndDestroy()
    await until(() => target.connections.size === 0)
    const second = await httpTunnel(access, target)
    second.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''))
    second.write('x')
    await until(() => target.connections.size === 1 && gateway.meter(SESSION).bytesUp === 2n)
    for (const socket of target.connections) socket.resetAndDestroy()
    await over(second)
    expect(errors).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(gateway.meter(SESSION).openFlows).toBe(0)
  })

  it('does not grow for a client that stops reading', async () => {
    const blob = Buffer.alloc(1 << 20)
    let sent = 0
    const target = await service(
      serve(socket => {
        const more = () => {
          while (sent < 200 * blob.length && socket.write(blob)) sent += blob.length
        }
        socket.on('drain', more)
        more()
      }),
    )
    const flow = await httpTunnel(access, target)
    flow.pause()
    let before = -1n
    while (gateway.meter(SESSION).bytesDown !== before) {
      before = gateway.meter(SESSION).bytesDown
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    // What passed sits in the kernel's buffers: a few MiB, not the 200 MiB that wait.
    expect(before).toBeLessThan(20_000_000n)
    expect(before).toBeGreaterThan(0n)
    flow.destroy()
  })

  it('lets no more than the quota and one chunk pass over many flows together', async () => {
    const target = await service(serveEcho())
    await gateway.close(SESSION)
    const tight = await gateway.open({ ...admission, quota: 1_000_000n })
    const flows = await Promise.all(Array.from({ length: 20 }, () => httpTunnel(tight, target)))
    const held = new Promise(resolve => gateway.onEvent(event => event.type === 'quota' && resolve(event)))
    for (const flow of flows) flow.on('data', () => {}).write(Buffer.alloc(200_000))
    await held
    await new Promise(resolve => setTimeout(resolve, 100))
    const { bytesUp, bytesDown } = gateway.meter(SESSION)
    expect(bytesUp + bytesDown).toBeGreaterThanOrEqual(1_000_000n)
    expect(bytesUp + bytesDown).toBeLessThan(1_000_000n + 262_144n)
  })

  it('carries 1,000 flows at once without loss', async () => {
    const target = await service(serveEcho())
    const run = async (i: number) => {
      const payload = randomBytes(2_000 + i)
      const open = i % 2 === 0 ? httpTunnel(access, target) : socksTunnel(access, socksByName(target.host, target.port))
      const flow = await open
      const back = drain(flow)
      flow.end(payload)
      return sha256(await back) === sha256(payload)
    }
    const whole = await Promise.all(Array.from({ length: 1_000 }, (_, i) => run(i)))
    expect(whole.filter(Boolean)).toHaveLength(1_000)
    const sum = BigInt(1_000 * 2_000 + (999 * 1_000) / 2)
    expect(gateway.meter(SESSION)).toMatchObject({ bytesUp: sum, bytesDown: sum })
    await until(() => gateway.meter(SESSION).openFlows === 0)
  })

  it('serves when the target speaks first, at once', async () => {
    const target = await service(serve(socket => void socket.write('220 ready')))
    const flow = await socksTunnel(access, socksByName(target.host, target.port))
    const [banner] = await new Promise<Buffer[]>(resolve => flow.once('data', chunk => resolve([chunk])))
    expect(banner?.toString()).toBe('220 ready')
  })

  it('carries bytes that the client sent before it had the answer', async () => {
    const target = await service(serveEcho())
    const flow = await socksTunnel(access, Buffer.concat([socksByName(target.host, target.port), Buffer.from('early')]))
    const back = drain(flow)
    flow.end(' late')
    expect((await back).toString()).toBe('early late')
  })
})

describe('a chain of three gateways', () => {
  it('serves through relays that have no uplink, and each counts the same', async () => {
    const target = await serveEcho()
    const operator = localGateway()
    await operator.start()
    const campus = localGateway({ dial: dialThroughProxy(await operator.open(admission)) })
    await campus.start()
    const household = localGateway({ dial: dialThroughProxy(await campus.open(admission)) })
    await household.start()
    const flow = await httpTunnel(await household.open(admission), target)
    const payload = randomBytes(3_000_000)
    const back = drain(flow)
    flow.end(payload)
    expect(sha256(await back)).toBe(sha256(payload))
    for (const gateway of [operator, campus, household]) {
      expect(gateway.meter(SESSION)).toMatchObject({ bytesUp: 3_000_000n, bytesDown: 3_000_000n })
    }
    for (const gateway of [household, campus, operator]) await gateway.stop()
    await target.close()
  })

  it('passes the refusal of the last one on, and says so when the nested session is over', async () => {
    const operator = localGateway({ egress: createEgress() })
    await operator.start()
    const household = localGateway({ dial: dialThroughProxy(await operator.open(admission)) })
    await household.start()
    const access = await household.open(admission)
    await expect(httpTunnel(access, 'localhost:80')).rejects.toMatchObject({ code: 'EGRESS_REFUSED', status: 403 })
    await operator.close(SESSION)
    await expect(httpTunnel(access, 'localhost:80')).rejects.toMatchObject({ code: 'UPLINK_DOWN', status: 503 })
    await operator.stop()
    await expect(httpTunnel(access, 'localhost:80')).rejects.toMatchObject({ code: 'UPLINK_DOWN' })
    expect(household.meter(SESSION)).toMatchObject({ openFlows: 0, refusedFlows: 3 })
    await household.stop()
  })
})

describe('dialling', () => {
  const egress = createEgress({ allow: ['127.0.0.0/8'] })
  const open = async (options: Parameters<typeof localGateway>[0]) => {
    const gateway = localGateway(options)
    await gateway.start()
    return { gateway, access: await gateway.open(admission) }
  }

  it('goes to the very addresses that were checked, and never to a bad one among them', async () => {
    const target = await serveEcho()
    const answers: Record<string, string[]> = {
      'good.example': ['127.0.0.1'],
      'bad.example': ['10.0.0.1', '::1'],
      'mixed.example': ['10.0.0.1', '127.0.0.1'],
    }
    const asked: string[] = []
    const resolve = async (host: string) => {
      asked.push(host)
      return answers[host] ?? []
    }
    const { gateway, access } = await open({ egress, dial: dialDirect({ egress, resolve }) })
    const flow = await httpTunnel(access, `good.example:${target.port}`)
    expect(await echo(flow, 10)).toBe(10)
    flow.destroy()
    expect(asked).toEqual(['good.example'])
    ;(await httpTunnel(access, `mixed.example:${target.port}`)).destroy()
    await expect(httpTunnel(access, `bad.example:${target.port}`)).rejects.toMatchObject({ code: 'EGRESS_REFUSED' })
    await expect(httpTunnel(access, `none.example:${target.port}`)).rejects.toMatchObject({ code: 'NAME_UNKNOWN' })
    await gateway.stop()
    await target.close()
  })

  it('tries the next address when the first does not answer', async () => {
    const target = await serveEcho()
    const dial = dialDirect({ egress, resolve: async () => ['127.0.0.2', '127.0.0.1'], attemptMs: 100 })
    const { gateway, access } = await open({ egress, dial })
    const flow = await httpTunnel(access, `two.example:${target.port}`)
    expect(await echo(flow, 300_000)).toBe(300_000)
    await gateway.stop()
    await target.close()
  })

  it('gives up after the time for connecting, and when the client goes away', async () => {
    const signals: AbortSignal[] = []
    const dial = (_target: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const { gateway, access } = await open({ dial, limits: { connectMs: 50 } })
    await expect(httpTunnel(access, 'slow.example:80')).rejects.toMatchObject({ status: 504, code: 'CONNECT_TIMEOUT' })
    expect(signals[0]?.aborted).toBe(true)
    expect(gateway.meter(SESSION)).toMatchObject({ openFlows: 0, refusedFlows: 1 })
    await gateway.stop()
  })

  it('refuses its own port whatever the rules allow, closed ports by name, and too many flows', async () => {
    const target = await serveEcho()
    const { gateway, access } = await open({ limits: { flowsPerSession: 2 } })
    await expect(httpTunnel(access, { host: '127.0.0.1', port: access.port })).rejects.toMatchObject({
      code: 'EGRESS_REFUSED',
    })
    const closed = await serveEcho()
    await closed.close()
    await expect(httpTunnel(access, closed)).rejects.toMatchObject({ code: 'CONNECT_REFUSED', status: 502 })
    const flows = [await httpTunnel(access, target), await httpTunnel(access, target)]
    await expect(httpTunnel(access, target)).rejects.toMatchObject({ code: 'TOO_MANY_FLOWS', status: 429 })
    for (const flow of flows) flow.destroy()
    await gateway.stop()
    await target.close()
  })

  it('cuts flows that are idle, and sooner when half-open', async () => {
    const target = await serve(socket => void socket.resume())
    const { gateway, access } = await open({ limits: { idleMs: 100, halfOpenIdleMs: 50 } })
    const idle = await httpTunnel(access, target)
    const half = await httpTunnel(access, target)
    half.end()
    await Promise.all([over(idle), over(half)])
    expect(gateway.meter(SESSION).openFlows).toBe(0)
    await gateway.stop()
    await target.close()
  })
})

describe('a client in a hurry', () => {
  it('may send everything and its FIN before it has an answer, by CONNECT too', async () => {
    const target = await serveEcho()
    const gateway = localGateway()
    await gateway.start()
    const access = await gateway.open(admission)
    const head = `CONNECT ${target.host}:${target.port} HTTP/1.1\r\nProxy-Authorization: ${basicAuth(access)}\r\n\r\n`
    const answer = await raw(access, [`${head}all at once`], true)
    expect(answer.toString()).toBe('HTTP/1.1 200 Connection established\r\n\r\nall at once')
    await until(() => gateway.meter(SESSION).openFlows === 0)
    await gateway.stop()
    await target.close()
  })
})

describe('a cut', () => {
  it('throws away what a client that does not read has not fetched yet', async () => {
    const target = await serve(socket => socket.end(Buffer.alloc(30_000_000)))
    const gateway = localGateway()
    await gateway.start()
    const access = await gateway.open(admission)
    const [flow, writer] = [await httpTunnel(access, target), await httpTunnel(access, target)]
    for (const stalled of [flow, writer]) stalled.pause()
    let passed = -1n
    while (gateway.meter(SESSION).bytesDown !== passed) {
      passed = gateway.meter(SESSION).bytesDown
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    await gateway.close(SESSION)
    // Writing fails while nothing was read: the gateway did not wait for its own bytes to be fetched.
    while (!writer.destroyed) {
      writer.write('x')
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    let received = 0n
    flow.on('data', chunk => {
      received += BigInt(chunk.length)
    })
    await over(flow)
    expect(passed).toBeGreaterThan(0n)
    expect(received).toBeLessThan(passed)
    await gateway.stop()
    await target.close()
  })

  it('closes a socket whose FIN is just going out', async () => {
    const target = await serve(socket => void socket.resume())
    const socket = connect(target.port, target.host)
    await new Promise<void>(resolve => socket.once('connect', resolve))
    const errors: Error[] = []
    socket.on('error', error => errors.push(error))
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    socket.end()
    await new Promise<void>(resolve => process.nextTick(resolve))
    reset(socket)
    await closed
    expect(errors).toEqual([])
    await target.close()
  })
})
