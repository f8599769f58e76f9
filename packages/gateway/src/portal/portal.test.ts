import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PortalClient } from './contract.js'
import type { Lease } from './leases.js'
import { createPortal, type Portal } from './portal.js'
import { TOKEN_LIFE_MS } from './tokens.js'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** `fetch` would neither set Host nor show a redirect's body. */
function ask(portal: Portal, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { port } = new URL(portal.url)
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, agent: false, ...options }, response => {
      let text = ''
      response.on('data', chunk => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    outgoing.on('error', reject)
    outgoing.end(options.method === 'POST' ? '{}' : undefined)
  })
}

const LEASE: Lease = {
  session: 'aa'.repeat(16),
  until: 1_700_000_012_500,
  quota: 1_000_000n,
  meter: { bytesUp: 100n, bytesDown: 900n, openFlows: 0, refusedFlows: 0 },
  access: { host: '192.0.2.1', port: 3128, protocols: ['http'], username: 'u', password: 'p' },
}

describe('the portal port', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conet-portal-'))
  const state = {
    now: 1_700_000_000_000,
    client: undefined as PortalClient | undefined,
    lease: undefined as Lease | undefined,
    status: 201,
    asked: [] as string[],
  }
  let portal: Portal

  beforeEach(async () => {
    Object.assign(state, { now: 1_700_000_000_000, client: { ip: '192.0.2.7', mac: '02:00:00:00:00:07' } })
    Object.assign(state, { lease: undefined, status: 201, asked: [] })
    mkdirSync(join(folder, 'assets'), { recursive: true })
    writeFileSync(join(folder, 'index.html'), '<h1>page</h1>')
    writeFileSync(join(folder, 'assets', 'a-1.js'), 'run()')
    writeFileSync(join(folder, '..', 'conet-outside.txt'), 'secret')
    portal = createPortal({
      listen: { host: '127.0.0.1', port: 0 },
      hosts: ['login.example'],
      pageDir: folder,
      leases: { of: () => state.lease },
      clientOf: async () => state.client,
      clock: { now: () => state.now, after: () => () => {} },
      api: {
        handle: (incoming, response) => {
          state.asked.push(`${incoming.method} ${incoming.url}`)
          response.writeHead(state.status, { 'content-type': 'application/json' }).end('{"ok":1}')
        },
        upgrade: (_request, socket) => socket.end('HTTP/1.1 418 Teapot\r\n\r\n'),
      },
    })
    await portal.start()
  })
  afterEach(async () => {
    await portal.stop()
    rmSync(folder, { recursive: true, force: true })
    rmSync(join(folder, '..', 'conet-outside.txt'), { force: true })
  })

  const token = async () => (JSON.parse((await ask(portal, '/portal/token', { method: 'POST' })).text) as Token).token
  const open = (text: string) =>
    ask(portal, '/v1/sessions', { method: 'POST', headers: { 'x-conet-portal': text, 'content-length': 2 } })
  interface Token {
    readonly token: string
  }
  const codeOf = ({ text }: Answer) => (JSON.parse(text) as { error: { code: string } }).error.code

  it('serves the page with a strict policy, its files for ever, and nothing outside its folder', async () => {
    const page = await ask(portal, '/?t=abc')
    expect(page).toMatchObject({ status: 200, text: '<h1>page</h1>' })
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.headers['content-security-policy']).not.toContain('unsafe')
    expect((await ask(portal, '/assets/a-1.js')).headers['cache-control']).toContain('immutable')
    for (const path of ['/../conet-outside.txt', '/assets/%2e%2e/%2e%2e/conet-outside.txt', '/etc/passwd']) {
      expect((await ask(portal, path)).status).toBe(404)
    }
  })

  it.each([
    ['captive.apple.com', '/hotspot-detect.html'],
    ['connectivitycheck.gstatic.com', '/generate_204'],
    ['www.msftconnecttest.com', '/connecttest.txt'],
    ['198.51.100.9', '/'],
  ])('sends the probe of %s to the page of this device', async (host, path) => {
    const { status, headers } = await ask(portal, path, { headers: { host } })
    expect(status).toBe(302)
    expect(headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?t=/)
    expect(headers.connection).toBe('close')
    const made = new URL(headers.location ?? '').searchParams.get('t') ?? ''
    expect((await open(made)).status).toBe(201)
  })

  it('answers 511 to what is no page', async () => {
    const { status, headers, text } = await ask(portal, '/upload', { method: 'POST', headers: { host: 'a.example' } })
    expect(status).toBe(511)
    expect(headers.location).toBeUndefined()
    expect(text).toContain('Log in')
  })

  it('tells the system whether the device is captive (RFC 8908)', async () => {
    const captive = await ask(portal, '/captive')
    expect(captive.headers['content-type']).toBe('application/captive+json')
    expect(JSON.parse(captive.text)).toMatchObject({
      captive: true,
      'user-portal-url': expect.stringContaining('/?t='),
    })
    state.lease = LEASE
    expect(JSON.parse((await ask(portal, '/captive', { headers: { host: 'login.example' } })).text)).toEqual({
      captive: false,
      'user-portal-url': expect.any(String),
      'can-extend-session': true,
      'seconds-remaining': 12,
      'bytes-remaining': 999_000,
    })
    state.lease = { ...LEASE, quota: 2n ** 63n }
    expect(JSON.parse((await ask(portal, '/captive')).text)).not.toHaveProperty('bytes-remaining')
  })

  it('gives the way through the proxy to those who have one', async () => {
    expect((await ask(portal, '/proxy.pac')).text).toContain('return "DIRECT"')
    state.lease = LEASE
    expect((await ask(portal, '/proxy.pac')).text).toContain('return "PROXY 192.0.2.1:3128"')
  })

  it('opens one session with one token', async () => {
    const text = await token()
    expect((await open(text)).status).toBe(201)
    const again = await open(text)
    expect([again.status, codeOf(again)]).toEqual([409, 'TOKEN_USED'])
    expect(state.asked).toEqual(['POST /v1/sessions'])
  })

  it('lets a refused request be signed anew with the same token', async () => {
    const text = await token()
    state.status = 400
    expect((await open(text)).status).toBe(400)
    state.status = 201
    await expect.poll(async () => (await open(text)).status).toBe(201)
  })

  it('refuses tokens that are missing, forged, old or of another device', async () => {
    const text = await token()
    const flip = (at: number) => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    expect(codeOf(await open(''))).toBe('TOKEN_MISSING')
    for (const bad of ['x', 'a.b.c', flip(text.indexOf('.') + 3), `z${text}`, 'x'.repeat(8_000)]) {
      expect(codeOf(await open(bad))).toBe('TOKEN_FORGED')
    }
    // The last character of the seal stands for the device.
    expect(codeOf(await open(flip(text.length - 5)))).toBe('TOKEN_FOREIGN')
    state.client = { ip: '192.0.2.7', mac: '02:00:00:00:00:99' }
    expect(codeOf(await open(text))).toBe('TOKEN_FOREIGN')
    state.client = { ip: '192.0.2.8', mac: '02:00:00:00:00:07' }
    expect(codeOf(await open(text))).toBe('TOKEN_FOREIGN')
    state.client = undefined
    expect(codeOf(await open(text))).toBe('CLIENT_UNKNOWN')
    state.client = { ip: '192.0.2.7', mac: '02:00:00:00:00:07' }
    state.now += TOKEN_LIFE_MS
    expect(codeOf(await open(text))).toBe('TOKEN_EXPIRED')
    expect(state.asked).toEqual([])
  })

  it('gives tokens to its own page only', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'content-length': 2 }
    expect(codeOf(await ask(portal, '/portal/token', { method: 'POST', headers }))).toBe('SITE_FOREIGN')
  })

  it('passes on what guests may ask, and nothing of the owner’s', async () => {
    const sid = 'ab'.repeat(16)
    for (const path of ['/v1/offers?type=access', '/v1/accounts/did:key:z6Mk', `/v1/sessions/${sid}/statement`]) {
      expect((await ask(portal, path)).status).toBe(201)
    }
    const closed = ['/v1/wallet', '/v1/sessions', '/metrics', '/openapi.json', `/v1/sessions/${sid}`, '/v1/events']
    for (const path of closed) expect(codeOf(await ask(portal, path))).toBe('NOT_FOUND')
    expect((await ask(portal, '/v1/wallet/transfer', { method: 'POST' })).status).toBe(404)
    expect(state.asked).toHaveLength(3)
  })

  it('opens lines of sessions only', async () => {
    const upgrade = (path: string) =>
      ask(portal, path, { headers: { connection: 'upgrade', upgrade: 'websocket' } }).then(
        ({ status }) => status,
        () => 'cut',
      )
    expect(await upgrade(`/v1/sessions/${'ab'.repeat(16)}/rounds`)).toBe(418)
    expect(await upgrade('/v1/events')).toBe('cut')
  })
})
