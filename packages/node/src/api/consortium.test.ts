import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type TestApi } from './testing/index.js'

let t: TestApi
beforeAll(async () => {
  t = await startTestApi()
})
afterAll(() => t.stop())

async function get(path: string) {
  const response = await fetch(t.url + path)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

it('gives signed headers where the engine has them, by either count', async () => {
  const none = await get('/v1/ledger/commit/3')
  expect(none).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND', data: { engine: 'memory' } } } })
  const asked: unknown[] = []
  Object.assign(t.engine, {
    signedHeader: async (...args: unknown[]) => {
      asked.push(args)
      return args[0] === 9 ? undefined : { header: {}, commit: {}, validators: [] }
    },
  })
  expect((await get('/v1/ledger/commit/3')).body).toEqual({ header: {}, commit: {}, validators: [] })
  expect((await get('/v1/ledger/commit/4?counting=engine')).status).toBe(200)
  expect((await get('/v1/ledger/commit/9')).status).toBe(404)
  expect(asked).toEqual([
    [3, 'ledger'],
    [4, 'engine'],
    [9, 'ledger'],
  ])
  expect((await get('/v1/ledger/commit/0')).status).toBe(400)
  expect((await get('/v1/ledger/commit/3?counting=both')).status).toBe(400)
})

it('shows the consortium and its proposals', async () => {
  t.engine.answers.set('governance/members', [{ did: 'did:key:a', power: 1 }])
  t.engine.answers.set('governance/validators', [])
  t.engine.answers.set('governance/applications', [])
  t.engine.answers.set('governance/penalties', [])
  t.engine.answers.set('governance/rules', { members: 1 })
  t.engine.answers.set('governance/proposals', [{ id: 1 }])
  expect((await get('/v1/members')).body).toMatchObject({ items: [{ did: 'did:key:a' }], rules: { members: 1 } })
  expect((await get('/v1/proposals')).body).toEqual({ items: [{ id: 1 }], next: null })
  expect((await get('/v1/proposals/1')).status).toBe(404)
  t.engine.answers.set('governance/proposal', { id: 1, votes: [] })
  expect((await get('/v1/proposals/1')).body).toEqual({ id: 1, votes: [] })
})
