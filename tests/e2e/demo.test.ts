import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conet, Running, scratch } from './program.js'

interface Demo {
  readonly consoles: Readonly<Record<'operator' | 'campus' | 'household', string>>
  readonly visitor: string
  readonly origin: string
  readonly dir: string
}

describe('conet demo --once', () => {
  it('plays a visit through the relay chain in which bytes, vouchers and settlement agree', async () => {
    const { code, stdout } = await conet(['demo', '--once', '--json'], {}, 120_000)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ ok: true, hops: 2, faults: [] })
    expect(result.rounds).toBeGreaterThanOrEqual(5)
    expect(result.bytes).toBeGreaterThanOrEqual(20 * 2 ** 20)
    expect(result.paid).toBeGreaterThan(0)
    expect(result.settled).toBe(result.paid)
    expect(result.appHash).toMatch(/^[0-9a-f]{64}$/)
    expect(code).toBe(0)
  }, 130_000)
})

describe('conet demo', () => {
  const place = scratch()
  let demo: Running<Demo>
  const visitor = (...words: string[]) => conet([...words, '--json', '--home', demo.first.visitor])

  beforeAll(async () => {
    demo = await Running.start<Demo>(['demo', '--dir', place.dir])
  }, 40_000)
  afterAll(async () => {
    await demo.end('SIGKILL')
    place.remove()
  })

  it('shows three offers, ranked', async () => {
    const { items } = JSON.parse((await visitor('offers')).stdout)
    expect(items.map((one: { providerName: string }) => one.providerName).sort()).toEqual([
      'Hill Campus',
      'North Operator',
      'Rose Street 7',
    ])
    const scores = items.map((one: { score: number }) => one.score)
    expect(scores).toEqual([...scores].sort((one, other) => other - one))
  })

  it('gets curl online through a stranger', async () => {
    const args = ['connect', '--home', demo.first.visitor, '--', 'curl', '-sS', demo.first.origin]
    const { code, stdout, stderr } = await conet(args)
    expect(stdout).toContain('You are online.')
    expect(stderr).toMatch(/through .* in \d+ rounds, paid \d/)
    expect(code).toBe(0)
  })

  it('takes no trial from a visitor who uses next to nothing and says goodbye', async () => {
    const args = ['connect', '--home', demo.first.visitor, '--', 'curl', '-sS', demo.first.origin]
    // Three trials an hour are what a stranger has; five visits are more.
    for (let visit = 0; visit < 5; visit += 1) expect((await conet(args)).code).toBe(0)
  })

  it('moves money by transfer, and refuses what is not there', async () => {
    const { items } = JSON.parse((await visitor('offers')).stdout)
    const [{ provider }] = items
    const sent = await visitor('transfer', provider, '1.5')
    expect(JSON.parse(sent.stdout)).toMatchObject({ ok: true, amount: '1500000' })
    const refused = await visitor('transfer', provider, '100000')
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.stdout).error.code).toMatch(/BALANCE|FUNDS|MONEY|SHORT/)
    expect((await visitor('transfer', provider, '-1')).code).not.toBe(0)
    expect((await visitor('transfer', provider, '0.0000001')).code).toBe(2)
  })

  it('lists the sessions of an owner to the owner only', async () => {
    const home = join(demo.first.dir, 'operator')
    const node = new URL(demo.first.consoles.operator).origin
    const mine = await conet(['sessions', '--json', '--home', home, '--node', node])
    expect(JSON.parse(mine.stdout).items.length).toBeGreaterThan(0)
    const stranger = await conet(['sessions', '--json', '--home', demo.first.visitor, '--node', node])
    expect(JSON.parse(stranger.stdout).error.code).toBe('ADMIN_TOKEN_MISSING')
  })

  it('refuses a second process on the same folder', async () => {
    const { code, stdout } = await conet(['demo', '--once', '--json', '--dir', place.dir])
    expect(code).not.toBe(0)
    expect(JSON.parse(stdout).error.code).toBe('DATA_LOCKED')
  })

  it('ends cleanly, and its ledger verifies offline', async () => {
    expect(await demo.end('SIGINT')).toBe(0)
    const { code, stdout } = await conet(['verify', join(place.dir, 'ledger'), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, lid: 'conet-demo' })
    expect(code).toBe(0)
  })
})
