import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Node, parseConfig, startNode } from '../index.js'
import { createLogger } from '../log/index.js'

const HOURS_4 = 4 * 3_600_000
/** A hundred credits a GiB: what a stranger may owe no longer pays for 64 KiB. */
const DEAR = { perGiB: '100000000', perHour: '0' }

let folder: string
let node: Node | undefined
/** What a fresh logger wrote. */
let lines: Record<string, unknown>[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-announce-'))
  lines = []
})
afterEach(async () => {
  await node?.stop()
  node = undefined
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

function config(offers: readonly string[]) {
  const area = { lat: 48.86, lon: 2.35, radiusM: 300 }
  const terms = { perGiB: '1000000', perHour: '100', maxUnpaid: '5000', maxUnpaidCap: '500000' }
  return parseConfig(
    JSON.stringify({
      dataDir: join(folder, 'node'),
      api: { port: 0 },
      offers: offers.map(key => ({ key, name: key, area, terms, lifetimeMinutes: 60 })),
    }),
  )
}

async function start(offers: readonly string[], hops = () => 0): Promise<Node> {
  const log = createLogger('warn', { write: (line: string) => void lines.push(JSON.parse(line)) })
  node = await startNode(config(offers), { log, hops })
  return node
}

describe('an offer that the ledger refuses', () => {
  const prices = { home: DEAR }
  const health = async (at: Node) => (await (await fetch(`${at.url}/healthz`)).json()) as { checks: object }

  it('does not keep the node from starting with the others, and comes back with a price that can be', async () => {
    mkdirSync(join(folder, 'node'))
    writeFileSync(join(folder, 'node', 'policy.json'), JSON.stringify({ prices }))
    const up = await start(['home', 'shop'])
    expect([...up.offers().keys()]).toEqual(['shop'])
    expect(await health(up)).toMatchObject({ ready: true, checks: { offers: 'home: TERMS_REFUSED' } })
    expect(lines).toMatchObject([
      { offer: 'home', path: 'prices.home.perGiB', why: 'TERMS_UNPAID_TOO_SMALL' },
      { offer: 'home', code: 'TERMS_REFUSED', data: { why: 'TERMS_UNPAID_TOO_SMALL' } },
    ])
    up.policy.put({})
    await vi.waitFor(() => expect([...up.offers().keys()].sort()).toEqual(['home', 'shop']), 10_000)
    expect(await health(up)).toMatchObject({ checks: { offers: 'ok' } })
  })

  it('is taken down rather than sold on as it was', async () => {
    let hops = 0
    const up = await start(['home'], () => hops)
    hops = -1
    up.policy.put({})
    await vi.waitFor(() => expect([...up.offers().keys()]).toEqual([]), 10_000)
    expect(lines).toMatchObject([{ offer: 'home', code: 'PAYLOAD_MALFORMED' }])
    hops = 0
    up.policy.put({})
    await vi.waitFor(() => expect([...up.offers().keys()]).toEqual(['home']), 10_000)
    expect(lines).toHaveLength(1)
  })

  it.each(['VERSION_STALE', 'EXPIRED', 'EXP_TOO_FAR', 'EXPIRY_PAST'])(
    'only for now (%s) stays up as it is',
    async code => {
      let hops = 0
      const up = await start(['home'], () => hops)
      const before = up.offers().get('home')
      const { engine } = up
      const submit = vi.spyOn(engine, 'submit')
      submit.mockImplementationOnce(async () => ({ hash: '', code, data: {}, events: [] }))
      hops = 1
      up.policy.put({})
      await vi.waitFor(() => expect(lines).toMatchObject([{ offer: 'home', code }]), 10_000)
      expect(await health(up)).toMatchObject({ checks: { offers: 'ok' } })
      up.policy.put({})
      await vi.waitFor(() => expect(submit).toHaveBeenCalledTimes(2), 10_000)
      expect(up.offers().get('home')).toBe(before)
    },
  )

  it('is no policy that the API takes', async () => {
    const up = await start(['home'])
    const response = await fetch(`${up.url}/v1/policy`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${up.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prices: { '*': DEAR } }),
    })
    const path = 'prices.*.perGiB'
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { error: { code: 'POLICY_INVALID', data: { path, offer: 'home', why: 'TERMS_UNPAID_TOO_SMALL' } } },
    })
    expect(() => readFileSync(join(folder, 'node', 'policy.json'))).toThrowError('ENOENT')
  })
})

it('a clock that was ahead once does not keep the node from selling, and the log says how much it is behind', async () => {
  const now = Date.now
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => now() + HOURS_4)
  // Gateways' clocks of this process are not to stay ahead: they are never set back.
  const elapsed = performance.now.bind(performance)
  const running = vi.spyOn(performance, 'now').mockImplementation(() => elapsed() + HOURS_4)
  await (await start(['home'])).stop()
  expect(lines).toEqual([])
  ahead.mockRestore()
  running.mockRestore()
  const up = await start(['home'])
  expect(up.engine.info().timeMs).toBeGreaterThan(now() + HOURS_4 / 2)
  expect([...up.offers().keys()]).toEqual(['home'])
  expect(lines).toMatchObject([
    { behindMs: expect.any(Number), msg: expect.stringMatching(/clock is 14\d{3} s behind/) },
  ])
})
