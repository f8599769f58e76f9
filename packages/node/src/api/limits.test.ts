import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { StreamSlots } from './crowd.js'
import { startTestApi, type TestApi } from './testing/index.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options: Parameters<typeof startTestApi>[0] = {}): Promise<TestApi> {
  const api = await startTestApi(options)
  closers.push(() => api.stop())
  return api
}

/** A connection that is open and says nothing. */
function idle(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(socket))
    socket.on('error', reject)
    closers.push(() => socket.destroy())
  })
}

/** One call on a connection of its own. */
function call(url: string): Promise<{ status: number; code: string | undefined; connection: string | undefined }> {
  const agent = new Agent()
  closers.push(() => agent.destroy())
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent }, response => {
      let text = ''
      response.on('data', chunk => (text += chunk))
      response.on('end', () => {
        const { error } = JSON.parse(text) as { error?: { code: string } }
        resolve({ status: response.statusCode ?? 0, code: error?.code, connection: response.headers.connection })
      })
    })
    outgoing.on('error', reject).end()
  })
}

describe('an envelope that is too large', () => {
  it.each([131_073, 200_000, 2_000_000])('of %i characters is refused by its own code', async length => {
    const { url } = await start()
    for (const [path, member] of [
      ['/v1/sessions', 'request'],
      ['/v1/txs', 'tx'],
    ] as const) {
      const body = JSON.stringify({ [member]: 'x'.repeat(length) })
      const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      expect(answer.status).toBe(413)
      expect(await answer.json()).toMatchObject({ error: { code: 'ENVELOPE_TOO_LARGE' } })
    }
  })

  it('reaches the room that knows how long each kind may be, while the body is not too large', async () => {
    const { url, provider } = await start()
    const body = JSON.stringify({ request: 'x'.repeat(100_000) })
    await fetch(`${url}/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(provider.requests.at(-1)?.text).toHaveLength(100_000)
  })
})

describe('connections', () => {
  it('above the limit hear why, and come in when others have gone', async () => {
    const { api, url } = await start({ maxConnections: 2 })
    const first = await idle(api.port)
    await idle(api.port)
    expect(await call(`${url}/v1/node`)).toEqual({ status: 503, code: 'CROWDED', connection: 'close' })
    first.destroy()
    await expect.poll(async () => (await call(`${url}/v1/node`)).status).toBe(200)
  })
})

describe('block streams', () => {
  it('above the limit hear why, and come in when others have gone', async () => {
    const { url } = await start({ maxStreams: 1 })
    const stop = new AbortController()
    const first = await fetch(`${url}/v1/ledger/stream`, { signal: stop.signal })
    expect(first.status).toBe(200)
    expect(await call(`${url}/v1/ledger/stream`)).toMatchObject({ status: 503, code: 'STREAMS_FULL' })
    expect((await call(`${url}/v1/node`)).status).toBe(200)
    stop.abort()
    await expect
      .poll(async () => {
        const end = new AbortController()
        const again = await fetch(`${url}/v1/ledger/stream`, { signal: end.signal })
        end.abort()
        return again.status
      })
      .toBe(200)
  })

  it('of one address leave room for others', () => {
    const slots = new StreamSlots(1_000)
    const given = Array.from({ length: 32 }, () => slots.take('a'))
    expect(() => slots.take('a')).toThrow(expect.objectContaining({ code: 'STREAMS_FULL', verdict: 'retry' }))
    slots.take('b')
    given[0]?.()
    slots.take('a')
  })
})
