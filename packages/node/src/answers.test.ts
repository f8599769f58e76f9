import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestLedger, tx, who } from '@conet/core/ledger/testing'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Endpoint } from './api/endpoint.js'
import { ENDPOINTS } from './api/endpoints/index.js'
import { ADMIN_TOKEN, startTestApi, type TestApi } from './api/testing/index.js'
import { describeApi, type Node, parseConfig, startNode } from './index.js'
import { block } from './readmodel/testing/index.js'

const SID = 'a'.repeat(32)
const TERMS = { perGiB: '1000000', perHour: '100', maxUnpaid: '10000', maxUnpaidCap: '100000' }
const OFFER = { key: 'home', name: 'Home line', area: { lat: 48.86, lon: 2.35, radiusM: 300 }, terms: TERMS }

/** The form with nothing allowed that it does not name: what it leaves out of an answer is found, too. */
function closed(form: TSchema): TSchema {
  const all = (forms: readonly TSchema[]) => forms.map(closed)
  if (form.anyOf) return { ...form, anyOf: all(form.anyOf) }
  if (form.type === 'array') return { ...form, items: closed(form.items) }
  if (form.type !== 'object' || form.properties === undefined) return form
  const members = Object.entries(form.properties as Record<string, TSchema>)
  const properties = Object.fromEntries(members.map(([name, member]) => [name, closed(member)]))
  return { additionalProperties: false, ...form, properties }
}

const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`
const jsonOf = ({ answer }: Endpoint) => ('content' in answer ? undefined : (answer as TSchema))

/** Operations that were asked and fitted. */
const fitted = new Set<string>()

/** Asks one operation; the answer must be what its form says, to the last member. */
async function ask(
  base: { url: string; token: string },
  operation: string,
  fill: Record<string, string> = {},
  body?: object,
) {
  const found = ENDPOINTS.find(one => nameOf(one) === operation)
  if (found === undefined) throw new Error(`there is no ${operation}`)
  const path = found.path.replace(/:(\w+)|\*/g, (_, name = '*') => fill[name] ?? '')
  const response = await fetch(`${base.url}${path}${fill.query ?? ''}`, {
    method: found.method,
    headers: { authorization: `Bearer ${base.token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  expect({ operation, status: response.status, answer }).toMatchObject({ status: found.answerStatus ?? 200 })
  const wrong = [...Value.Errors(closed(jsonOf(found) as TSchema), answer)].map(
    ({ path: at, message }) => `${at}: ${message}`,
  )
  expect({ operation, wrong }).toEqual({ operation, wrong: [] })
  fitted.add(operation)
  return answer
}

describe('the OpenAPI document', () => {
  it('says of each operation how it answers', async () => {
    const { paths } = (await describeApi('1')) as { paths: Record<string, Record<string, { responses: object }>> }
    const found = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({ operation: `${method} ${path}`, responses })),
    )
    expect(found).toHaveLength(ENDPOINTS.length)
    for (const { operation, responses } of found) {
      const good = Object.entries(responses).filter(([status]) => /^[12]/.test(status))
      expect({ operation, good: good.map(([status]) => status) }).toEqual({
        operation,
        good: [expect.stringMatching(/^(101|20[01])$/)],
      })
      const text = JSON.stringify(good)
      if (good[0]?.[0] !== '101')
        expect({ operation, text }).toMatchObject({ text: expect.stringContaining('"schema":{') })
      // Items and members without a form tell nobody anything.
      expect({ operation, text }).not.toMatchObject({ text: expect.stringMatching(/"items":\{\}/) })
    }
    expect(JSON.stringify(paths['/v1/policy']?.put)).toContain('maxBytesPerDay')
  })
})

describe('an answer fits its form', () => {
  let folder: string
  let node: Node
  let api: TestApi
  let real: { url: string; token: string }
  let staged: { url: string; token: string }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conet-answers-'))
    const own = { name: 'n', dataDir: join(folder, 'n'), api: { port: 0 }, log: { level: 'silent' }, offers: [OFFER] }
    node = await startNode(parseConfig(JSON.stringify(own)))
    api = await startTestApi()
    real = { url: node.url, token: node.adminToken }
    staged = { url: api.url, token: ADMIN_TOKEN }
  })
  afterAll(async () => {
    await node.stop()
    await api.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('of a real node: identity, registry, accounts, ledger, policy', async () => {
    const to = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    await ask(real, 'POST /v1/wallet/transfer', {}, { to, asset: 'credit', amount: '5' })
    await vi.waitFor(() => expect(node.readModel.height).toBe(node.engine.info().height), 30_000)
    const did = node.did
    for (const name of ['/healthz', '/v1/node', '/v1/wallet', '/v1/ledger/info', '/v1/ledger/genesis', '/v1/policy'])
      await ask(real, `GET ${name}`)
    const offers = await ask(real, 'GET /v1/offers')
    await ask(real, 'GET /v1/offers/:id', { id: offers.items[0].id })
    expect((await ask(real, 'GET /v1/networks')).items).toHaveLength(1)
    await ask(real, 'GET /v1/networks/:did', { did })
    await ask(real, 'GET /v1/accounts/:did', { did })
    expect((await ask(real, 'GET /v1/accounts/:did/history', { did })).items).toHaveLength(1)
    const { items } = await ask(real, 'GET /v1/ledger/blocks')
    expect(items.length).toBeGreaterThan(3)
    await ask(real, 'GET /v1/ledger/blocks/:height', { height: '1' })
    await ask(real, 'GET /v1/proofs/*', { '*': `accounts/account/${did}/credit` })
    const limits = { maxBytesPerDay: '5', maxBytesPerSecond: '1000' }
    const hours = { windows: [{ days: [1], from: '08:00', to: '20:00' }] }
    await ask(real, 'PUT /v1/policy', {}, { limits, hours, prices: { home: { perGiB: '1000000', perHour: '1' } } })
  })

  it('of sessions and transactions', async () => {
    api.provider.addSession(SID, { client: 'did:key:c', closedAt: 5, phase: 'closed', reason: 'NOT_PAID' })
    api.provider.emit({ type: 'granted', sid: SID, client: 'did:key:c', offer: 'o1', at: 1, accessUntil: 2_001 })
    expect((await ask(staged, 'GET /v1/sessions')).items[0].rounds).toHaveLength(1)
    const sid = { sid: SID }
    await ask(staged, 'GET /v1/sessions/:sid', sid)
    await ask(staged, 'GET /v1/sessions/:sid/statement', sid)
    await ask(staged, 'POST /v1/sessions', {}, { request: 'good' })
    await ask(staged, 'POST /v1/sessions/:sid/vouchers', sid, { voucher: 'v' })
    await ask(staged, 'POST /v1/sessions/:sid/close', sid, { close: 'c' })
    const answer = await ask(staged, 'POST /v1/txs', {}, { tx: 'poor' })
    expect(answer.data).toEqual({ available: '5' })
    const paid = { client: 'did:key:c', sid: SID, series: SID, provider: 'did:key:p', asset: 'credit', paid: '5' }
    const settled = block(1, [[{ type: 'sessions/settled', ...paid, round: 1, settled: '5' }]])
    await api.readModel.apply([settled])
    await ask(staged, 'GET /v1/txs/:hash', { hash: settled.result.results[0]?.hash ?? '' })
    const ofLedger = { client: 'did:key:c', sid: SID }
    await ask(staged, 'GET /v1/ledger/sessions/:client/:sid', ofLedger)
    const list = await ask(staged, 'GET /v1/ledger/sessions/:client/:sid/settlements', ofLedger)
    expect(list.items).toHaveLength(1)
  })

  it('of a consortium and its board', async () => {
    const { issuer, client } = who
    const publicKey = Buffer.from(issuer.publicKey).toString('hex')
    const validators = [{ owner: issuer.did, publicKey, power: 10 }]
    const ledger = new TestLedger({
      ...{ lid: 'test', timeMs: 1_700_000_000_000, accounts: [{ owner: issuer.did, asset: 'credit', amount: '9' }] },
      ...{ assets: [{ id: 'credit', issuer: issuer.did, decimals: 6 }], validators, members: [client.did] },
    })
    const done = [
      ledger.do('other', 'governance/apply', { note: 'let me in' }),
      ledger.do('client', 'governance/propose', { subject: 'admit', member: who.other.did }),
    ]
    expect(done.map(one => one.code)).toEqual(['OK', 'OK'])
    Object.assign(api.engine, { query: (name: string, args: Record<string, unknown>) => ledger.app.query(name, args) })
    const members = await ask(staged, 'GET /v1/members')
    expect(members).toMatchObject({ items: [{}, {}], validators: [{}], applications: [{}] })
    expect((await ask(staged, 'GET /v1/proposals')).items).toHaveLength(1)
    await ask(staged, 'GET /v1/proposals/:id', { id: '1' })
    const signedHeader = async () => ({ header: { height: '3' }, commit: {}, validators: [{ address: 'A' }] })
    Object.assign(api.engine, { signedHeader })
    await ask(staged, 'GET /v1/ledger/commit/:height', { height: '3' })
    const wanted = {
      ...{ kind: 'reward', name: 'A link', details: '', area: { latE6: 1, lonE6: 2, radiusM: 3 } },
      ...{ reward: { asset: 'credit', amount: '5' }, node: 'http://127.0.0.1:1', expiresAt: ledger.timeMs + 3_600_000 },
    }
    const result = ledger.block([tx(client, 'registry/publishRequest', wanted, ledger.timeMs)])
    await api.readModel.apply([{ height: 2, timeMs: result.timeMs, txs: [], result: { ...result, height: 2 } }])
    expect((await ask(staged, 'GET /v1/requests')).items).toHaveLength(1)
  })

  it('of every operation that answers in JSON, but for what needs access points', () => {
    const all = ENDPOINTS.filter(one => jsonOf(one) !== undefined && one.answerStatus !== 101).map(nameOf)
    expect(all.filter(name => !fitted.has(name))).toEqual(['POST /v1/radius/credentials'])
  })
})
