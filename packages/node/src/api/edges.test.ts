import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINTS } from './endpoints/index.js'
import { ADMIN_TOKEN, startTestApi, type TestApi } from './testing/index.js'

let t: TestApi
beforeAll(async () => {
  t = await startTestApi({ maxStreams: 1 })
})
afterAll(() => t.stop())

interface Answer {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** `fetch` neither sends a path that is no URL nor lets the Host header be set. */
function call(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: t.api.port, method, path, headers }, response => {
      let body = ''
      response.on('data', chunk => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
    outgoing.setTimeout(2_000, () => outgoing.destroy(new Error(`${method} ${path} was not answered`)))
    outgoing.on('error', reject).end()
  })
}

describe('a number without end', () => {
  it.each([
    '/v1/offers?lat=Infinity&lon=1',
    '/v1/offers?lat=1&lon=-Infinity',
    '/v1/offers?lat=NaN&lon=1',
    '/v1/offers?limit=1e400',
    '/v1/ledger/blocks?from=Infinity',
    '/v1/ledger/blocks/1e400',
    '/v1/ledger/stream?from=1e300',
    '/v1/ledger/commit/9007199254740993',
    '/v1/proposals?after=Infinity',
  ])('is refused in %s', async path => {
    const { status, body } = await call('GET', path)
    expect({ status, body: JSON.parse(body) }).toMatchObject({
      status: 400,
      body: { error: { code: 'REQUEST_INVALID' } },
    })
  })

  it('can be asked for nowhere: every number has bounds', () => {
    const numbers = ENDPOINTS.flatMap(({ path, params, query }) =>
      [params, query].flatMap(form =>
        Object.entries(
          (form?.properties ?? {}) as Record<string, { type?: string; minimum?: number; maximum?: number }>,
        )
          .filter(([, { type }]) => type === 'number' || type === 'integer')
          .map(([name, { minimum, maximum }]) => ({ path, name, minimum, maximum })),
      ),
    )
    expect(numbers.length).toBeGreaterThan(5)
    const bound = { minimum: expect.any(Number), maximum: expect.any(Number) }
    for (const number of numbers) expect(number).toMatchObject(bound)
  })
})

describe('a path that the router cannot read', () => {
  it.each([
    ['%ff in a key', '/v1/proofs/%ff'],
    ['%ff where there is no route', '/v1/%ff'],
    ['a percent sign alone', '/%'],
    ['a part of 1,100 characters', `/v1/offers/${'x'.repeat(1_100)}`],
  ])('is refused in the common form: %s', async (_, path) => {
    const { status, headers, body } = await call('GET', path)
    expect(status).toBe(400)
    const error = { code: 'REQUEST_INVALID', message: expect.any(String), data: { path: 'params' } }
    expect(JSON.parse(body)).toEqual({ error })
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    expect(headers['content-type']).toMatch(/^application\/json/)
  })

  it('tells a page under a strange name nothing', async () => {
    const { status, body } = await call('GET', '/v1/proofs/%ff', { host: 'evil.example' })
    expect(status).toBe(421)
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'HOST_REFUSED' } })
  })
})

describe('HEAD of a stream', () => {
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}` }

  it.each(['/v1/ledger/stream', '/v1/events'])('is answered at once, and holds nothing: %s', async path => {
    for (let asked = 0; asked < 3; asked++) {
      const { status, headers, body } = await call('HEAD', path, admin)
      expect(status).toBe(200)
      expect(headers['content-type']).toMatch(/^text\/event-stream/)
      expect(body).toBe('')
    }
    expect(t.hub.watched).toBe(false)
  })
})

describe('a body', () => {
  const send = (path: string, body: string, type = 'application/json') => {
    const headers = { 'content-type': type, authorization: `Bearer ${ADMIN_TOKEN}` }
    return fetch(`${t.url}${path}`, { method: 'POST', headers, body })
  }

  it('says text where its form is text: a number was rounded when it was read', async () => {
    const order = '{"to":"did:key:zAnybody","asset":"credit","amount":9007199254740993}'
    for (const [path, body, member] of [
      ['/v1/wallet/transfer', order, 'amount'],
      ['/v1/txs', '{"tx":1}', 'tx'],
      ['/v1/txs', '{"tx":true}', 'tx'],
      ['/v1/sessions', '{"request":null}', 'request'],
    ] as const) {
      const response = await send(path, body)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: { code: 'REQUEST_INVALID', data: { path: `body/${member}` } },
      })
    }
  })

  it.each(['text/plain', 'text/plain; charset=utf-8', 'application/jose'])('is JSON, not %s', async type => {
    const response = await send('/v1/txs', '{"tx":"a.b.c"}', type)
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ error: { code: 'MEDIA_TYPE' } })
  })
})
