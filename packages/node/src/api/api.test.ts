import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { block, offerEvent } from '../readmodel/testing/index.js'
import { ADMIN_TOKEN, startTestApi, type TestApi } from './testing/index.js'

const SID = 'c'.repeat(32)
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` }

let t: TestApi
beforeAll(async () => {
  t = await startTestApi({ rate: { burst: 60, perSecond: 1 } })
  const paris = { latE6: 48_860_000, lonE6: 2_350_000 }
  const blocks = [
    block(1, [
      [{ type: 'registry/networkRegistered', network: { owner: 'did:key:p', name: 'Campus', networkType: 'campus' } }],
      [offerEvent({ id: 'near', ...paris, perGiB: 5n }), offerEvent({ id: 'far', perGiB: 1n })],
    ]),
    block(2, [[{ type: 'accounts/transferred', from: 'did:key:a', to: 'did:key:b', asset: 'credit', amount: '7' }]]),
  ]
  for (const one of blocks) t.engine.add(one)
  await t.readModel.apply(blocks)
})
afterAll(() => t.stop())

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(t.url + path, { headers })
  return { status: response.status, body: await response.json(), headers: response.headers }
}

async function send(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(t.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

/** `fetch` does not let a Host header be set. */
function statusWithHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(`${t.url}/v1/node`, { headers: { host } }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject).end()
  })
}

/** Reads server-sent events until `count` have come. */
async function events(path: string, count: number, headers: Record<string, string> = {}, onOpen = () => {}) {
  const stop = new AbortController()
  const response = await fetch(t.url + path, { headers, signal: stop.signal })
  const found: { event: string; id: string; data: unknown }[] = []
  let rest = ''
  const decoder = new TextDecoder()
  let opened = false
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true })
    if (!opened) {
      opened = true
      onOpen()
    }
    const parts = rest.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts.filter(text => !text.startsWith(':'))) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? ''
      found.push({ event: field('event'), id: field('id'), data: JSON.parse(field('data')) })
    }
    if (found.length >= count) break
  }
  stop.abort()
  return found
}

describe('reading', () => {
  it('tells who it is, and says no more than JSON', async () => {
    const { status, body, headers } = await get('/v1/node')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      did: 'did:key:node',
      lid: 'test',
      engine: 'memory',
      height: 2,
      time: 1_700_000_000_000,
    })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('finds offers by place and pages through all of them', async () => {
    const here = await get('/v1/offers?lat=48.86&lon=2.35')
    expect(here.body.items).toMatchObject([
      {
        id: 'near',
        providerName: 'Campus',
        area: { lat: 48.86, lon: 2.35, radiusM: 500 },
        terms: { tariff: { perGiB: '5' } },
        quality: { sessions: 0 },
      },
    ])
    const first = await get('/v1/offers?limit=1')
    expect(first.body.items).toMatchObject([{ id: 'far' }])
    const second = await get(`/v1/offers?limit=1&cursor=${first.body.next}`)
    expect(second.body).toMatchObject({ items: [{ id: 'near' }], next: null })
    expect(await get('/v1/offers/near')).toMatchObject({ status: 200, body: { id: 'near', version: 1 } })
    expect(await get('/v1/offers/none')).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } })
  })

  it('shows networks, histories and proofs', async () => {
    expect(await get('/v1/networks/did:key:p')).toMatchObject({ status: 200, body: { profile: { name: 'Campus' } } })
    expect((await get('/v1/networks')).body.items).toHaveLength(1)
    expect((await get('/v1/requests')).body).toEqual({ items: [], next: null })
    const history = await get('/v1/accounts/did:key:b/history')
    expect(history.body.items).toMatchObject([{ direction: 'in', amount: '7', counterparty: 'did:key:a', height: 2 }])
    expect(await get('/v1/proofs/accounts%2Fbalance%2Fa')).toMatchObject({
      status: 200,
      body: { value: '1', height: 2 },
    })
    expect(await get('/v1/proofs/accounts/balance/b')).toMatchObject({ status: 404 })
  })

  it('gives blocks singly, in pages and as a stream that goes on from the last id', async () => {
    expect(await get('/v1/ledger/blocks/2')).toMatchObject({ status: 200, body: { height: 2 } })
    expect(await get('/v1/ledger/blocks/9')).toMatchObject({ status: 404 })
    expect((await get('/v1/ledger/blocks?from=1&limit=1')).body).toMatchObject({ items: [{ height: 1 }], next: 2 })
    expect(await get('/v1/ledger/info')).toMatchObject({ body: { height: 2 } })
    expect(await get('/v1/ledger/genesis')).toMatchObject({ body: { lid: 'test' } })
    expect(await events('/v1/ledger/stream?from=1', 2)).toMatchObject([
      { event: 'block', id: '1' },
      { id: '2', data: { height: 2 } },
    ])
    expect(await events('/v1/ledger/stream?from=1', 1, { 'last-event-id': '1' })).toMatchObject([{ id: '2' }])
  })

  it('describes itself', async () => {
    const { body } = await get('/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const paths = [
      '/v1/offers',
      '/v1/sessions/{sid}/vouchers',
      '/1.0/identifiers/{did}',
      '/v1/policy',
      '/healthz',
      '/v1/ledger/stream',
    ]
    for (const path of paths) expect(Object.keys(body.paths)).toContain(path)
    expect(body.paths['/v1/wallet'].get.security).toEqual([{ admin: [] }])
    const metrics = await fetch(`${t.url}/metrics`)
    expect(await metrics.text()).toContain(
      'conet_http_seconds_count{method="GET",route="/v1/offers/:id",status="404"} 1',
    )
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { live: true, ready: true } })
  })
})

describe('identifiers', () => {
  it('answers like the universal resolver', async () => {
    const document = { id: 'did:key:x' }
    t.resolutions.set('did:key:x', { didDocument: document, didDocumentMetadata: {}, didResolutionMetadata: {} })
    t.resolutions.set('did:key:old', {
      didDocument: document,
      didDocumentMetadata: { deactivated: true },
      didResolutionMetadata: {},
    })
    t.resolutions.set('bad', {
      didDocument: null,
      didDocumentMetadata: {},
      didResolutionMetadata: { error: 'invalidDid' },
    })
    const whole = await get('/1.0/identifiers/did:key:x')
    expect(whole.headers.get('content-type')).toBe('application/did-resolution')
    expect(whole.body.didDocument).toEqual(document)
    const alone = await get('/1.0/identifiers/did:key:x', { accept: 'application/did+json' })
    expect(alone.headers.get('content-type')).toBe('application/did+json')
    expect(alone.body).toEqual(document)
    expect((await get('/1.0/identifiers/did:key:old', { accept: 'application/did+json' })).status).toBe(410)
    expect((await get('/1.0/identifiers/did:key:none')).status).toBe(404)
    expect(await get('/1.0/identifiers/bad')).toMatchObject({
      status: 400,
      body: { didResolutionMetadata: { error: 'invalidDid' } },
    })
  })
})

describe('refusals', () => {
  it('have one form everywhere', async () => {
    const form = { error: { code: expect.any(String), message: expect.any(String), data: expect.any(Object) } }
    const wrong: [number, string, { status: number; body: unknown }][] = [
      [404, 'NOT_FOUND', await get('/v2/nothing')],
      [400, 'REQUEST_INVALID', await get('/v1/offers?limit=1000')],
      [400, 'REQUEST_INVALID', await get('/v1/offers?lat=1')],
      [400, 'REQUEST_INVALID', await get('/v1/offers?sort=distance')],
      [400, 'CURSOR_INVALID', await get('/v1/offers?cursor=x')],
      [400, 'REQUEST_INVALID', await get('/v1/sessions/x/statement')],
      [400, 'REQUEST_INVALID', await send('POST', '/v1/sessions', {})],
      [400, 'BODY_MALFORMED', await send('POST', '/v1/sessions', '{')],
      [415, 'MEDIA_TYPE', await send('POST', '/v1/sessions', 'x', { 'content-type': 'text/x' })],
      [413, 'BODY_TOO_LARGE', await send('PUT', '/v1/policy', { name: 'x'.repeat(4 * 2 ** 20) }, ADMIN)],
      [413, 'BODY_TOO_LARGE', await send('POST', '/v1/wallet/transfer', { to: 'x'.repeat(200_000) }, ADMIN)],
      [400, 'ENVELOPE_MALFORMED', await send('POST', '/v1/sessions', { request: 'bad' })],
      [429, 'TRIALS_USED_UP', await send('POST', '/v1/sessions', { request: 'again' })],
      [404, 'SESSION_UNKNOWN', await send('POST', `/v1/sessions/${SID}/vouchers`, { voucher: 'v' })],
      [401, 'ADMIN_TOKEN', await get('/v1/wallet')],
      [426, 'UPGRADE_REQUIRED', await get(`/v1/sessions/${SID}/rounds`)],
    ]
    for (const [status, code, answer] of wrong) {
      expect(answer).toMatchObject({ status, body: { error: { code } } })
      expect(answer.body).toEqual(form)
    }
  })

  it('names the limit of a body', async () => {
    const { body } = await send('POST', '/v1/wallet/transfer', { to: 'x'.repeat(200_000) }, ADMIN)
    const error = { message: expect.stringContaining('131072 bytes'), data: { limit: 131_072 } }
    expect(body).toMatchObject({ error })
  })

  it('is none of a policy with as many members as its form allows', async () => {
    const deny = Array.from({ length: 10_000 }, (_, at) => `did:key:z6Mk${String(at).padStart(44, 'x')}`)
    const { status, body } = await send('PUT', '/v1/policy', { deny, allow: deny }, ADMIN)
    expect({ status, denied: (body as { deny: string[] }).deny.length }).toEqual({ status: 200, denied: 10_000 })
    await send('PUT', '/v1/policy', {}, ADMIN)
  })

  it('say what to do about a wrong cursor', async () => {
    const { body } = await get('/v1/offers?cursor=x')
    expect(body).toMatchObject({ error: { message: expect.stringContaining('begin again without one') } })
  })

  it('keeps strange names out', async () => {
    expect(await statusWithHost('evil.example')).toBe(421)
    expect(await statusWithHost(`evil.example:${t.api.port}`)).toBe(421)
    expect(await statusWithHost('NODE.example:80')).toBe(200)
    expect(await statusWithHost('localhost')).toBe(200)
    expect(await statusWithHost('[::1]:80')).toBe(200)
  })

  it('asks for the token on every admin path', async () => {
    for (const path of ['/v1/sessions', `/v1/sessions/${SID}`, '/v1/events', '/v1/policy', '/v1/wallet']) {
      expect((await get(path)).status).toBe(401)
      expect((await get(path, { authorization: `Bearer ${ADMIN_TOKEN.slice(1)}` })).status).toBe(401)
    }
    expect((await send('PUT', '/v1/policy', {})).status).toBe(401)
    expect((await send('POST', '/v1/wallet/transfer', {})).status).toBe(401)
  })
})

describe('acting', () => {
  it('grants in one round trip and passes the peer’s address on', async () => {
    expect(await send('POST', '/v1/sessions', { request: 'good' })).toEqual({ status: 201, body: { grant: 'granted' } })
    expect(t.provider.requests.at(-1)).toEqual({ text: 'good', remoteAddress: '127.0.0.1' })
  })

  it('takes vouchers and closes by HTTP', async () => {
    t.provider.addSession(SID)
    expect((await send('POST', `/v1/sessions/${SID}/vouchers`, { voucher: 'v' })).body).toEqual({
      ack: { round: 1, paidUntil: 10, accessUntil: 12 },
    })
    expect((await get(`/v1/sessions/${SID}/statement`)).body).toEqual({ statement: null })
    expect((await send('POST', `/v1/sessions/${SID}/close`, { close: 'c' })).body).toEqual({ close: 'closed' })
  })

  it('shows sessions to the owner, amounts as text', async () => {
    t.provider.addSession(SID)
    const { body } = await get('/v1/sessions?state=live', ADMIN)
    expect(body.items).toMatchObject([
      { sid: SID, peer: 'did:key:c', offerName: 'Home', state: 'live', bytesUp: (2n ** 60n).toString() },
    ])
    expect(await get(`/v1/sessions/${SID}`, ADMIN)).toMatchObject({ status: 200, body: { sid: SID } })
  })

  it('submits transactions and pays; a refusal by the ledger is an answer', async () => {
    expect(await send('POST', '/v1/txs', { tx: 'poor' })).toEqual({
      status: 200,
      body: { hash: 'ab'.repeat(32), code: 'BALANCE_SHORT', data: { available: '5' }, height: 2 },
    })
    t.engine.answers.set('accounts/balances', [{ asset: 'credit', balance: '9', held: '0', debt: '0' }])
    expect((await get('/v1/wallet', ADMIN)).body).toMatchObject({ did: 'did:key:node', balances: [{ balance: '9' }] })
    expect((await get('/v1/accounts/did:key:b')).body).toMatchObject({
      did: 'did:key:b',
      balances: [{ asset: 'credit' }],
    })
    const typo = await send('POST', '/v1/wallet/transfer', { to: 'did:key:typo', asset: 'credit', amount: '3' }, ADMIN)
    expect(typo).toMatchObject({ status: 404, body: { error: { code: 'DID_UNKNOWN' } } })
    t.resolutions.set('did:key:b', { didDocument: {}, didDocumentMetadata: {}, didResolutionMetadata: {} })
    const paid = await send('POST', '/v1/wallet/transfer', { to: 'did:key:b', asset: 'credit', amount: '3' }, ADMIN)
    expect(paid).toMatchObject({ status: 200, body: { code: 'OK' } })
    expect(t.engine.submitted.at(-1)).toBe('did:key:b credit 3')
    for (const amount of ['-1', '1.5', '01', '', 'x']) {
      expect(
        (await send('POST', '/v1/wallet/transfer', { to: 'did:key:b', asset: 'credit', amount }, ADMIN)).status,
      ).toBe(400)
    }
  })

  it('changes the policy live', async () => {
    expect((await send('PUT', '/v1/policy', { deny: ['did:key:x'] }, ADMIN)).status).toBe(200)
    expect((await get('/v1/policy', ADMIN)).body.deny).toEqual(['did:key:x'])
    const wrong = await send('PUT', '/v1/policy', { deny: 'did:key:x' }, ADMIN)
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'POLICY_INVALID', data: { path: 'deny' } } } })
  })

  it('streams what happens to the owner', async () => {
    t.provider.addSession(SID)
    const granted = { type: 'granted', sid: SID, client: 'did:key:c', offer: 'o1', at: 1, accessUntil: 2_001 } as const
    const seen = await events('/v1/events', 2, ADMIN, () => t.provider.emit(granted))
    expect(seen).toMatchObject([
      { event: 'round', data: { sid: SID, round: { round: 1, state: 'trial' } } },
      { event: 'session', data: { sid: SID, rounds: [{ round: 1 }] } },
    ])
  })
})

describe('rounds over WebSocket', () => {
  const open = (sid: string, protocol = 'conet.rounds.1') =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(`${t.url.replace('http', 'ws')}/v1/sessions/${sid}/rounds`, protocol)
      socket.once('open', () => resolve(socket)).once('error', reject)
    })
  const closing = (socket: WebSocket) => new Promise<number>(resolve => socket.once('close', resolve))

  it('carries text frames both ways', async () => {
    t.provider.addSession(SID)
    const socket = await open(SID)
    expect(socket.protocol).toBe('conet.rounds.1')
    expect(socket.extensions).toBe('')
    const answer = new Promise(resolve => socket.once('message', data => resolve(data.toString())))
    socket.send('voucher')
    expect(await answer).toBe('VOUCHER')
    socket.close()
    await closing(socket)
    await vi.waitFor(() => expect(t.provider.closedLines).toContain(SID), 10_000)
  })

  it('refuses binary and oversized frames', async () => {
    t.provider.addSession(SID)
    const binary = await open(SID)
    binary.send(Buffer.from([1]))
    expect(await closing(binary)).toBe(1003)
    t.provider.addSession(SID)
    const large = await open(SID)
    large.send('x'.repeat(20_000))
    expect(await closing(large)).toBe(1009)
  })

  it('refuses unknown sessions, other protocols and other paths before the upgrade', async () => {
    await expect(open('d'.repeat(32))).rejects.toThrow('404')
    t.provider.addSession(SID)
    await expect(open(SID, 'chat')).rejects.toThrow('426')
    await expect(open('x')).rejects.toThrow('404')
  })
})

describe('limits', () => {
  it('slows one address down on expensive paths and says for how long', async () => {
    const codes = new Set<string>()
    for (let i = 0; i < 70; i++) {
      const response = await fetch(`${t.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ request: 'good' }),
      })
      codes.add(`${response.status} ${response.headers.get('retry-after') ?? ''}`)
      await response.body?.cancel()
    }
    expect(codes).toContain('201 ')
    expect(codes).toContain('429 1')
    expect((await get('/v1/node')).status).toBe(200)
  })
})
