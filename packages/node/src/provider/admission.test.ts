import { ok, reject } from '@conet/core/errors'
import { providerRisk } from '@conet/core/rounds'
import { signEnvelope } from '@conet/core/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { firstRoundPrice } from './admission.js'
import { DEFAULT_RISK_LIMITS } from './defaults.js'
import { key, payloadOf, requestOf, TERMS } from './testing/fake-client.js'
import { World } from './testing/set-up.js'

let world: World
afterEach(() => world.stop())

async function running(...args: ConstructorParameters<typeof World>): Promise<World> {
  world = new World(...args)
  await world.service.start()
  return world
}

const from = { remoteAddress: '192.0.2.1' }
const code = (outcome: { readonly ok: boolean }) => ('code' in outcome ? String(outcome.code) : 'OK')

describe('a request', () => {
  it.each([
    [{ lid: 'other' }, 'LEDGER_WRONG'],
    [{ provider: 'did:key:z6MkOther' }, 'PROVIDER_WRONG'],
    [{ offer: 'nothing' }, 'OFFER_UNKNOWN'],
    [{ offerVersion: 2 }, 'OFFER_CHANGED'],
    [{ iat: 1_800_000_000_000 - 200_000, exp: 1_800_000_000_000 - 100_000 }, 'EXPIRED'],
    [{ exp: 1_800_000_000_000 + 3_600_000 }, 'EXP_TOO_FAR'],
    [{ escrow: 'ab'.repeat(16) }, 'ESCROW_UNKNOWN'],
    [{ extra: 1 }, 'PAYLOAD_MALFORMED'],
    [{ offerVersion: -1 }, 'PAYLOAD_MALFORMED'],
    [{ nonce: 'short' }, 'PAYLOAD_MALFORMED'],
  ])('with %j is refused', async (request, expected) => {
    await running()
    expect(code((await world.client(1, { request })).outcome)).toBe(expected)
    expect(world.gateway.open_.size).toBe(0)
    expect(world.of('refused')).toMatchObject([{ code: expected }])
  })

  it('ahead of our clock learns our clock', async () => {
    await running()
    const now = world.clock.now()
    const { outcome } = await world.client(1, { request: { iat: now + 90_000, exp: now + 120_000 } })
    expect(outcome).toMatchObject({ code: 'CLOCK_SKEW', data: { now } })
  })

  it('that is no request, too long, or signed by another is refused', async () => {
    await running()
    const text = requestOf(key(1), world.owner.did, world.clock.now())
    const other = requestOf(key(2), world.owner.did, world.clock.now())
    const forged = `${text.slice(0, text.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`
    const ask = async (request: string) => code(await world.service.request(request, from))
    expect(await ask('')).toBe('ENVELOPE_MALFORMED')
    expect(await ask('a.b.c')).toBe('ENVELOPE_MALFORMED')
    expect(await ask(`${'x'.repeat(100_000)}`)).toBe('ENVELOPE_TOO_LARGE')
    expect(await ask(forged)).toBe('SIGNATURE_INVALID')
    expect(await ask(signEnvelope('conet-tx+jwt', {}, key(1)))).toBe('KIND_REFUSED')
    expect(await ask(requestOf(key(1), world.owner.did, world.clock.now(), {}, 'conet-voucher+jwt'))).toBe(
      'PAYLOAD_MALFORMED',
    )
    expect(world.gateway.open_.size).toBe(0)
  })

  it('repeated word for word gets the same grant while the session is open, and is a replay afterwards', async () => {
    await running()
    const client = await world.client(1)
    const again = await world.service.request(client.request, from)
    expect(again).toEqual(client.outcome)
    expect(world.gateway.open_.size).toBe(1)
    const both = requestOf(client.signer, world.owner.did, world.clock.now())
    const [one, two] = await Promise.all([world.service.request(both, from), world.service.request(both, from)])
    expect(one).toEqual(two)
    expect(world.gateway.open_.size).toBe(2)
    await world.service.end(client.sid, 'PROVIDER_DONE')
    expect(code(await world.service.request(client.request, from))).toBe('REPLAYED')
    expect(world.gateway.open_.size).toBe(1)
  })

  it('needs money for the first round, or an escrow that has it', async () => {
    await running()
    const needed = firstRoundPrice(TERMS)
    const { outcome } = await world.client(1, { money: needed - 1n })
    expect(outcome).toMatchObject({ code: 'BALANCE_TOO_LOW', data: { needed, available: needed - 1n } })
    const escrow = 'cd'.repeat(16)
    const held = { amount: needed, asset: 'credit', provider: world.owner.did, expiresAt: world.clock.now() + 60_000 }
    world.ledger.escrows.set(`${key(1).did}/${escrow}`, held)
    expect(code((await world.client(1, { request: { escrow } })).outcome)).toBe('OK')
    world.ledger.escrows.set(`${key(2).did}/${escrow}`, { ...held, provider: 'did:key:z6MkOther' })
    expect(code((await world.client(2, { money: 0n, request: { escrow } })).outcome)).toBe('ESCROW_UNKNOWN')
    world.ledger.escrows.set(`${key(3).did}/${escrow}`, { ...held, expiresAt: world.clock.now() + 1_000 })
    expect(code((await world.client(3, { money: 0n, request: { escrow } })).outcome)).toBe('ESCROW_UNKNOWN')
  })

  it('is put to the owner’s policy, and leaves nothing behind when it says no or the gateway fails', async () => {
    let answer: string | undefined
    await running({ admit: () => (answer === undefined ? ok({}) : reject('POLICY_DENIED')) })
    world.gateway.failOpen = true
    expect(code((await world.client(1)).outcome)).toBe('GATEWAY_FAILED')
    expect(world.service.totals().exposure).toBe(0n)
    world.gateway.failOpen = false
    answer = 'no'
    expect((await world.client(1)).outcome).toMatchObject({ code: 'DENIED', data: { policy: 'POLICY_DENIED' } })
    answer = undefined
    for (let i = 0; i < DEFAULT_RISK_LIMITS.trials.perIdentity; i++) {
      expect(code((await world.client(1)).outcome)).toBe('OK')
    }
  })
})

describe('ten thousand trial requests', () => {
  const limits = { ...DEFAULT_RISK_LIMITS, maxStrangers: 50, maxExposure: 60n * providerRisk(TERMS, TERMS.maxUnpaid) }

  it('of one identity leave three trials open', async () => {
    await running({ limits })
    world.ledger.balances.set(key(1).did, 10n ** 9n)
    const texts = Array.from({ length: 100 }, () => requestOf(key(1), world.owner.did, world.clock.now()))
    const codes: string[] = []
    // The same hundred requests a hundred times: what was refused once may be asked again.
    for (let i = 0; i < 100; i++) {
      for (const text of texts) codes.push(code(await world.service.request(text, from)))
    }
    expect(world.gateway.open_.size).toBe(3)
    expect(new Set(codes)).toEqual(new Set(['OK', 'TRIALS_USED_UP']))
    const { exposure } = world.service.totals()
    expect(exposure).toBe(3n * providerRisk(TERMS, TERMS.maxUnpaid))
    // Ten thousand signatures are checked: seconds on a quiet machine, many more on a busy one.
  }, 120_000)

  it('of many identities and addresses leave the exposure below the owner’s limit, and known clients get in', async () => {
    await running({ limits })
    const friend = (await world.client(0)).attach()
    await world.clock.advance(15_000)
    await world.service.end(friend.sid, 'PROVIDER_DONE')
    const refused = new Set<string>()
    for (let i = 1; i <= 200; i++) {
      const { outcome } = await world.client(i, { address: `198.51.${i >> 8}.${i & 255}` })
      if (!outcome.ok) refused.add(outcome.code)
    }
    expect(refused).toEqual(new Set(['BUSY']))
    const { exposure, liveSessions } = world.service.totals()
    expect(liveSessions).toBe(50)
    expect(exposure).toBeLessThanOrEqual(limits.maxExposure)
    expect(code((await world.client(0)).outcome)).toBe('OK')
    await world.clock.advance(TERMS.trialMs + 5_000)
    expect(world.service.totals()).toMatchObject({ liveSessions: 0, exposure: 0n })
    expect(code((await world.client(300)).outcome)).toBe('OK')
  })
})

describe('credit', () => {
  it('grows with paid rounds, is remembered, and is lost by not paying or by debts', async () => {
    await running()
    const quota = () => [...world.gateway.open_.values()].at(-1)?.quota ?? 0n
    const first = (await world.client(1)).attach()
    const stranger = quota()
    await world.clock.advance(45_000)
    await world.service.end(first.sid, 'PROVIDER_DONE')
    const second = await world.client(1)
    // 50,000 paid on a limit of 100,000.
    expect(quota()).toBe((3n * stranger) / 2n)
    await world.clock.advance(10_000)
    expect(second.view?.reason).toBe('NOT_PAID')
    await world.client(1)
    expect(quota()).toBe(stranger)
    const third = (await world.client(2)).attach()
    await world.clock.advance(45_000)
    await world.service.end(third.sid, 'PROVIDER_DONE')
    world.ledger.debts.set(key(2).did, 1n)
    await world.client(2)
    expect(quota()).toBe(stranger)
  })

  it('ends with the paid time once the ledger shows a debt', async () => {
    await running({ settle: { ...(await import('./settle/index.js')).DEFAULT_SETTLE_POLICY, everyRound: true } })
    const client = (await world.client(1)).attach()
    await world.clock.advance(3_000)
    world.ledger.balances.set(client.signer.did, 0n)
    await world.clock.advance(30_000)
    expect(world.ledger.debts.get(client.signer.did)).toBe(10_000n)
    expect(client.view).toMatchObject({ phase: 'closed', promised: 20_000n })
  })
})

it('names every member of the grant that the client checks', async () => {
  await running()
  const { outcome } = await world.client(1)
  if (!outcome.ok) throw new Error(outcome.code)
  expect(Object.keys(payloadOf(outcome.value.grant)).sort()).toEqual(
    [
      ...['access', 'accessUntil', 'at', 'client', 'control', 'lid', 'offer', 'offerVersion', 'provider', 'sid'],
      'terms',
    ].sort(),
  )
})
