import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { NodeApi } from '../api/index.js'
import { nodePorts } from '../ports/index.js'
import { type FakeOptions, FakeProvider } from '../testing/fake-provider.js'
import { exchange, startOrigin } from '../testing/origin.js'
import { walletFromSeed } from '../wallet/index.js'
import { complaint, DEFAULT_LIMITS } from './choose.js'
import { openConnection } from './manager.js'
import type { ConnectionEvent, ConnectionOptions } from './types.js'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function fake(options: FakeOptions = {}) {
  const provider = await FakeProvider.start(options)
  closers.push(() => provider.die())
  return provider
}

async function origin() {
  const server = await startOrigin()
  closers.push(() => server.close())
  return server
}

async function connected(provider: FakeProvider, more: Partial<ConnectionOptions> = {}) {
  const events: ConnectionEvent[] = []
  const connection = await openConnection({
    api: new NodeApi(provider.base, { ports: nodePorts }),
    wallet: walletFromSeed(new Uint8Array(32).fill(2), nodePorts),
    onEvent: event => events.push(event),
    ...more,
  })
  closers.push(() => connection.stop())
  return { connection, events, port: connection.address.port }
}

const get = (port: number, url: string) =>
  exchange(port, `GET ${url} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nX-Own: 1\r\n\r\n`)
const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4)

describe('the local port', () => {
  it('carries plain HTTP with the path alone, and hides that it is a proxy', async () => {
    const web = await origin()
    const { port } = await connected(await fake())
    const answer = JSON.parse(bodyOf(await get(port, `${web.url}/a?b=c`)))
    expect(answer).toMatchObject({ method: 'GET', url: '/a?b=c', headers: { 'x-own': '1', connection: 'close' } })
    expect(Object.keys(answer.headers).some(name => name.startsWith('proxy-'))).toBe(false)
  })

  it('carries a request body that comes with the head and after it', async () => {
    const web = await origin()
    const { port } = await connected(await fake())
    const body = 'x'.repeat(100_000)
    const text = await exchange(port, `POST ${web.url}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${body}`)
    expect(JSON.parse(bodyOf(text)).body).toBe(body)
  })

  it('opens CONNECT tunnels', async () => {
    const web = await origin()
    const { port } = await connected(await fake())
    const request = `GET /inner HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    const text = await exchange(port, `CONNECT ${web.target} HTTP/1.1\r\nHost: ${web.target}\r\n\r\n${request}`)
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).toContain('"url":"/inner"')
  })

  it('speaks SOCKS5, with names resolved by the provider', async () => {
    const web = await origin()
    const { port } = await connected(await fake())
    const [, number = ''] = web.target.split(':')
    const name = Buffer.from('localhost')
    const ask = Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.alloc(2)])
    ask.writeUInt16BE(Number(number), ask.length - 2)
    const request = Buffer.from('GET /socks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const text = await exchange(port, Buffer.concat([Buffer.from([5, 1, 0]), ask, request]))
    expect(Buffer.from(text.slice(0, 4), 'latin1')).toEqual(Buffer.from([5, 0, 5, 0]))
    expect(text).toContain('"url":"/socks"')
  })

  it('refuses what it cannot read, by code', async () => {
    const { port } = await connected(await fake())
    expect(await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('REQUEST_MALFORMED')
    expect(await exchange(port, 'CONNECT nowhere HTTP/1.1\r\n\r\n')).toContain('REQUEST_MALFORMED')
    expect(await exchange(port, Buffer.from([5, 1, 0, 5, 2, 0, 1, 1, 2, 3, 4, 0, 80]))).toContain('\x05\x07')
  })

  it('passes on why a target could not be reached', async () => {
    const { port } = await connected(await fake())
    expect(await get(port, 'http://127.0.0.1:1/')).toMatch(/^HTTP\/1\.1 502 [\s\S]*CONNECT_REFUSED/)
  })

  it('passes the end of one way on while the other still flows', async () => {
    const { createServer } = await import('node:net')
    const late = createServer({ allowHalfOpen: true }, socket => {
      const chunks: Buffer[] = []
      socket.on('data', chunk => chunks.push(chunk)).on('end', () => socket.end(`got ${Buffer.concat(chunks)}`))
    })
    await new Promise<void>(resolve => late.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise(resolve => late.close(resolve)))
    const address = late.address()
    const target = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    const { port } = await connected(await fake())
    const text = await new Promise<string>(resolve => {
      let seen = ''
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
      socket.on('data', chunk => {
        if (seen === '') socket.end('all of it')
        seen += chunk
      })
      socket.on('end', () => resolve(seen))
      socket.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`)
    })
    expect(text).toContain('got all of it')
  })
})

describe('a connection', () => {
  it('loses nothing over many flows at once, and both sides count the same', async () => {
    const web = await origin()
    const provider = await fake()
    const { connection, port } = await connected(provider)
    const wanted = Array.from({ length: 100 }, (_, i) => 1_000 + i * 3_000)
    const bodies = await Promise.all(wanted.map(bytes => get(port, `${web.url}/bytes/${bytes}`)))
    expect(bodies.map(text => bodyOf(text).length)).toEqual(wanted)
    const { bytesUp, bytesDown, sessions } = await connection.stop()
    expect(sessions.map(one => one.reason)).toEqual(['CLIENT_DONE'])
    expect({ bytesUp, bytesDown }).toEqual(provider.count)
  })

  it.each(['dead', 'silent'])('goes to another provider also when the node that lists them is %s', async falls => {
    const web = await origin()
    const spare = await fake({ seedByte: 9, quality: { sessions: 0 } })
    const first = await fake({ seedByte: 8, others: () => [spare.offer] })
    let silent = false
    const fetch: typeof nodePorts.fetch = (...args) => (silent ? new Promise(() => {}) : nodePorts.fetch(...args))
    const api = new NodeApi(first.base, { ports: { ...nodePorts, fetch } })
    const { connection, port } = await connected(first, falls === 'silent' ? { api } : {})
    expect(connection.session?.offer.id).toBe('offer-8')
    silent = true
    await first.die()
    expect(bodyOf(await get(port, `${web.url}/bytes/20`))).toHaveLength(20)
    expect(connection.session?.offer.id).toBe('offer-9')
    await connection.stop()
  })

  it('sums up what it used and paid', async () => {
    const web = await origin()
    const provider = await fake()
    const { connection, events, port } = await connected(provider)
    expect(bodyOf(await get(port, `${web.url}/bytes/5000000`))).toHaveLength(5_000_000)
    const summary = await connection.stop()
    expect(summary).toMatchObject({ switches: 0, sessions: [{ reason: 'CLIENT_DONE', offer: 'offer-7' }] })
    expect(summary.bytesDown > 5_000_000n).toBe(true)
    expect(summary.paid).toEqual({ credit: provider.settled })
    expect(summary.timeToServiceMs).toBeGreaterThanOrEqual(0)
    const told = new Set(events.map(event => event.type))
    expect([...told]).toEqual(expect.arrayContaining(['searching', 'asking', 'online', 'first-byte', 'session']))
  })

  it('goes to another provider when the present one dies', async () => {
    const web = await origin()
    const spare = await fake({ seedByte: 9, quality: { sessions: 5 } })
    const first = await fake({ seedByte: 8, others: () => [spare.offer], quality: { sessions: 50 } })
    const { connection, port } = await connected(first, {
      api: new NodeApi(
        (await fake({ seedByte: 10, others: () => [first.offer, spare.offer], quality: { sessions: 0 } })).base,
        { ports: nodePorts },
      ),
    })
    expect(connection.session?.offer.id).toBe('offer-8')
    expect(bodyOf(await get(port, `${web.url}/bytes/10`))).toHaveLength(10)
    await first.die()
    expect(bodyOf(await get(port, `${web.url}/bytes/20`))).toHaveLength(20)
    expect(connection.session?.offer.id).toBe('offer-9')
    const summary = await connection.stop()
    expect(summary.switches).toBe(1)
    expect(summary.paid).toEqual({ credit: spare.settled + (summary.sessions[0]?.paid ?? 0n) })
  })

  it.each([
    ['', {}],
    [', whatever budget is left', { budget: 40_000n }],
  ])('leaves a provider that inflates its meter, and does not come back%s', async (_, budget) => {
    const honest = await fake({ seedByte: 9, quality: { sessions: 0 } })
    const cheat = await fake({ seedByte: 8, inflate: 50_000_000n, others: () => [honest.offer] })
    const { connection } = await connected(cheat, budget)
    expect(connection.session?.offer.id).toBe('offer-8')
    await expect.poll(() => connection.session?.offer.id, { timeout: 10_000 }).toBe('offer-9')
    const summary = await connection.stop()
    expect(summary.sessions.map(one => one.reason)).toEqual(['METER_DISPUTE', 'CLIENT_DONE'])
  })

  it('asks a provider last whose count this device disputed before', async () => {
    const honest = await fake({ seedByte: 9, quality: { sessions: 0 } })
    const cheat = await fake({ seedByte: 8, others: () => [honest.offer], quality: { sessions: 50 } })
    const { connection } = await connected(cheat, { disputes: new Map([[cheat.offer.provider, 1]]) })
    expect(connection.session?.offer.id).toBe('offer-9')
    await connection.stop()
    const only = await connected(cheat, { offer: 'offer-8', disputes: new Map([[cheat.offer.provider, 1]]) })
    expect(only.connection.session?.offer.id).toBe('offer-8')
  })

  it('buys nothing more once its budget is spent', async () => {
    const provider = await fake()
    const { connection, events, port } = await connected(provider, { budget: 1_300n })
    const spent = (event: ConnectionEvent) => event.type === 'offline' && event.code === 'BUDGET_SPENT'
    await expect.poll(() => events.some(spent), { timeout: 10_000 }).toBe(true)
    expect(await get(port, 'http://127.0.0.1:1/')).toMatch(/Conet-Code: BUDGET_SPENT[\s\S]*budget is spent/)
    expect(await connection.stop()).toMatchObject({ paid: { credit: 1_200n }, endedBy: 'BUDGET_SPENT' })
  })

  it('asks no other provider once its budget is spent, whatever the last one does', async () => {
    const spare = await fake({ seedByte: 9, quality: { sessions: 0 } })
    const first = await fake({ seedByte: 8, quality: { sessions: 50 } })
    const { base } = await fake({
      seedByte: 10,
      others: () => [first.offer, spare.offer],
      quality: spare.offer.quality,
    })
    const wallet = walletFromSeed(new Uint8Array(32).fill(2), nodePorts)
    let dead: Promise<void> | undefined
    const seal: typeof wallet.seal = (type, payload) => {
      // The only goodbye here is that of the spent budget: nobody answers it.
      if (type === 'conet-close+jwt') dead ??= first.die()
      return wallet.seal(type, payload)
    }
    const api = new NodeApi(base, { ports: nodePorts })
    const { connection, port } = await connected(first, { api, wallet: { ...wallet, seal }, budget: 1_300n })
    expect(connection.session?.offer.id).toBe('offer-8')
    await expect.poll(() => dead !== undefined, { timeout: 10_000 }).toBe(true)
    expect(await get(port, 'http://127.0.0.1:1/')).toContain('BUDGET_SPENT')
    const { sessions } = await connection.stop()
    expect(sessions.map(one => one.offer)).toEqual(['offer-8'])
  })

  it('keeps to one budget while an old session drains beside the new one', async () => {
    const web = await origin()
    const { connection, port } = await connected(await fake(), { budget: 1_300n })
    // An open tunnel keeps the first session alive after the change.
    const socket = connect(port, '127.0.0.1', () => socket.write(`CONNECT ${web.target} HTTP/1.1\r\n\r\n`))
    closers.push(async () => socket.destroy())
    await new Promise(resolve => socket.once('data', resolve))
    const old = connection.session
    connection.rebook()
    await expect.poll(() => connection.session !== undefined && connection.session !== old).toBe(true)
    await expect.poll(() => old?.ended, { timeout: 10_000 }).toBe(true)
    const { paid, sessions } = await connection.stop()
    expect(sessions).toHaveLength(2)
    expect(paid.credit).toBeLessThanOrEqual(1_300n)
  })

  it('says at once when no offer fits', async () => {
    const provider = await fake()
    await expect(connected(provider, { rank: { asset: 'shells' } })).rejects.toMatchObject({ code: 'NO_OFFER' })
  })

  it('says at once when the local port is taken', async () => {
    const provider = await fake()
    const { port } = await connected(provider)
    const other = await fake({ seedByte: 9 })
    await expect(connected(other, { listen: { port } })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  })
})

describe('complaint', () => {
  const good = { latencyMs: 20, bytesPerSecond: 1_000_000, failureRate: 0, disputes: 0, samples: 10 }
  it.each([
    ['nothing while there is too little to judge by', { ...good, failureRate: 1, samples: 3 }, undefined],
    ['nothing about a good provider', good, undefined],
    ['failing', { ...good, failureRate: 0.6 }, 'failing'],
    ['slow to open', { ...good, latencyMs: 3_001 }, 'slow'],
    ['slow to carry', { ...good, bytesPerSecond: 8_000 }, 'slow'],
  ])('says %s', (_, quality, expected) => {
    expect(complaint(quality, DEFAULT_LIMITS)).toBe(expected)
  })
})
