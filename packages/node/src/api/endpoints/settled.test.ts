import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { block } from '../../readmodel/testing/index.js'
import { startTestApi, type TestApi } from '../testing/index.js'

const CLIENT = 'did:key:client'
const SID = 'ab'.repeat(16)
const SERIES = 'cd'.repeat(16)
const IDS = { client: CLIENT, sid: SID, series: SERIES }

const settled = (round: number, paid: string, total: string) => {
  const money = { provider: 'did:key:p', asset: 'credit', paid, settled: total }
  return { type: 'sessions/settled', ...IDS, ...money, round }
}

const BLOCKS = [
  block(1, [[settled(2, '5', '5')]]),
  block(2, [[settled(4, '7', '12')]]),
  block(3, [[{ type: 'sessions/closed', ...IDS, endMs: 1 }]]),
]

let t: TestApi
beforeAll(async () => {
  t = await startTestApi()
  await t.readModel.apply(BLOCKS)
})
afterAll(() => t.stop())

async function get(path: string) {
  const response = await fetch(t.url + path)
  return { status: response.status, body: await response.json() }
}

describe('a session that the ledger settled', () => {
  const path = `/v1/ledger/sessions/${CLIENT}/${SID}`
  const whole = {
    ...{ ...IDS, provider: 'did:key:p', asset: 'credit', paid: '12', round: 4, settlements: 2 },
    ...{ state: 'closed', height: 2 },
  }

  it('is told to anybody, with its end', async () => {
    expect(await get(path)).toEqual({ status: 200, body: whole })
    expect(await get(`${path}?series=${SERIES}`)).toEqual({ status: 200, body: whole })
  })

  it.each([`${path}?series=${SID}`, `/v1/ledger/sessions/did:key:other/${SID}`])('is not found at %s', async other => {
    expect(await get(other)).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } })
  })

  it('is told payment by payment, a page at a time', async () => {
    const first = await get(`${path}/settlements?limit=1`)
    const paid = { provider: 'did:key:p', asset: 'credit' }
    const [one, two] = BLOCKS.map(({ height, timeMs }) => ({ height, timeMs, ...paid }))
    expect(first.body).toEqual({ items: [{ ...one, round: 2, amount: '5' }], next: expect.any(String) })
    const second = await get(`${path}/settlements?limit=1&cursor=${first.body.next}`)
    expect(second.body).toEqual({ items: [{ ...two, round: 4, amount: '7' }], next: null })
  })
})

describe('a transaction', () => {
  it('is found by its hash', async () => {
    const [{ height = 0, timeMs = 0, result } = {}] = BLOCKS
    const hash = result?.results[0]?.hash ?? ''
    expect(await get(`/v1/txs/${hash}`)).toEqual({ status: 200, body: { hash, code: 'OK', data: {}, height, timeMs } })
  })

  it.each([
    ['00'.repeat(32), 404, 'NOT_FOUND'],
    ['00', 400, 'REQUEST_INVALID'],
  ])('of the hash %s is none', async (hash, status, code) => {
    expect(await get(`/v1/txs/${hash}`)).toMatchObject({ status, body: { error: { code } } })
  })
})
