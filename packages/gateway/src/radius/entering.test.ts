import { reject } from '@conet/core/errors'
import { afterEach, describe, expect, it } from 'vitest'
import { besideRadius } from './beside.js'
import { createRadiusGateway } from './gateway.js'
import { clientOf, nodeSha256, nodeVerify } from './testing/crypto.js'
import { credentialOf, House, OTHER_STATION, PROVIDER, START, STATION } from './testing/house.js'
import { makeToken } from './token.js'
import { MOST_PER_ADDRESS } from './waiting.js'

let house: House
afterEach(() => house.close())

const code = (told: { body: Readonly<Record<string, string | number>> }) =>
  String(told.body['reply:Reply-Message']).split(':')[0]

describe('a station with a token', () => {
  it('gets in: the node opens the session, and the answer carries its end', async () => {
    house = await House.open()
    const who = credentialOf(1)
    expect(await house.gateway.deposit(who.request, '192.0.2.1')).toMatchObject({
      ok: true,
      value: { state: 'waiting' },
    })
    expect(house.asked).toEqual([])
    const told = await house.authorize(who)
    expect(told).toEqual({
      status: 200,
      body: {
        'control:Auth-Type': 'Accept',
        'reply:User-Name': who.user,
        'reply:Class': who.user,
        'reply:Session-Timeout': 20,
        'reply:Termination-Action': 'RADIUS-Request',
        'reply:Acct-Interim-Interval': 60,
      },
    })
    expect(house.asked).toEqual([who.request])
    expect(await house.gateway.deposit(who.request, '192.0.2.1')).toMatchObject({
      value: { state: 'open', grant: `grant of ${who.user}`, network: 'test-net' },
    })
    expect(house.gateway.meter(who.user).openFlows).toBe(1)
  })

  it('extends by re-authentication: each answer carries the end that is paid by then', async () => {
    house = await House.open()
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    await house.authorize(who)
    house.clock.pass(15_000)
    await house.gateway.extend(who.user, START + 60_400, 2_000_000n)
    house.clock.pass(5_000)
    const told = await house.authorize({ ...who, user: `${who.user}@conet.example` }, '020000000001')
    expect(told.body['reply:Session-Timeout']).toBe(41)
    expect(house.asked).toHaveLength(1)
    house.clock.pass(40_500)
    expect(code(await house.authorize(who))).toBe('SESSION_OVER')
    expect(house.events).toContainEqual({ type: 'expired', session: who.user })
  })

  it('is the only one: another station with the same token stays out, before and after', async () => {
    house = await House.open()
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    const [first, second] = await Promise.all([house.authorize(who), house.authorize(who, OTHER_STATION)])
    expect([first.status, second.status].sort()).toEqual([200, 401])
    expect(code(first.status === 401 ? first : second)).toBe('STATION_OTHER')
    expect(house.asked).toHaveLength(1)
    house.notes.length = 0
    const winner = first.status === 200 ? STATION : OTHER_STATION
    const loser = first.status === 200 ? OTHER_STATION : STATION
    expect((await house.authorize(who, winner)).status).toBe(200)
    expect(code(await house.authorize(who, loser))).toBe('STATION_OTHER')
    expect(house.notes).toContainEqual({ type: 'refused', session: who.user, code: 'STATION_OTHER', station: loser })
    expect(house.gateway.meter(who.user).refusedFlows).toBeGreaterThanOrEqual(1)
  })

  it('cannot use it again once its session is over, nor its request for another', async () => {
    house = await House.open()
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    await house.authorize(who)
    const closing = house.gateway.close(who.user)
    await house.disconnected()
    await closing
    expect(code(await house.authorize(who))).toBe('SESSION_OVER')
    expect(await house.gateway.deposit(who.request, '')).toMatchObject({ value: { state: 'over' } })
    expect(code(await house.authorize(who))).toBe('SESSION_OVER')
    expect(house.asked).toHaveLength(1)
  })
})

describe('who stays out', () => {
  it.each([
    ['a name nobody left a request for', { user: 'ef'.repeat(16) }, 'CREDENTIAL_UNKNOWN'],
    ['a name of another kind', { user: 'alice' }, 'CREDENTIAL_UNKNOWN'],
    ['a password that is no token', { password: 'secret' }, 'PASSWORD_WRONG'],
    ['the token of another session', { password: credentialOf(1).password }, 'PASSWORD_WRONG'],
    ['a token signed by another key', { password: tokenBy(9) }, 'PASSWORD_WRONG'],
  ])('%s', async (_what, change, expected) => {
    house = await House.open()
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    const told = await house.authorize({ ...who, ...change })
    expect([told.status, code(told)]).toEqual([401, expected])
    expect(house.asked).toEqual([])
  })

  it('an expired token, and a station without an address', async () => {
    house = await House.open()
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    expect(code(await house.authorize(who, ''))).toBe('STATION_MISSING')
    house.clock.pass(700_000)
    expect(code(await house.authorize(who))).toBe('TOKEN_EXPIRED')
  })

  it('who the node refuses, with its reason; the next try may do better', async () => {
    house = await House.open()
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    house.refusal = reject('BALANCE_TOO_LOW')
    const told = await house.authorize(who)
    expect(told.body['reply:Reply-Message']).toMatch(/^BALANCE_TOO_LOW: /)
    house.refusal = undefined
    expect((await house.authorize(who, OTHER_STATION)).status).toBe(200)
  })

  it('requests that are not for this node, not signed, or not now', async () => {
    house = await House.open()
    const good = credentialOf(1).request
    const refused = [
      credentialOf(1, { lid: 'other' }).request,
      credentialOf(1, { at: START - 700_000 }).request,
      `${good.slice(0, -86)}${credentialOf(2).request.slice(-86)}`,
      'no envelope',
    ]
    const codes = await Promise.all(refused.map(text => house.gateway.deposit(text, '')))
    expect(codes.map(result => !result.ok && result.code)).toEqual([
      'LEDGER_WRONG',
      'EXPIRED',
      'SIGNATURE_INVALID',
      'ENVELOPE_MALFORMED',
    ])
  })

  it('whoever is not our FreeRADIUS, and what it never sends', async () => {
    house = await House.open()
    expect(await house.ask('authorize', '{}', 'guessed-key-of-listener')).toMatchObject({ status: 403 })
    expect((await house.ask('authorize', 'no json')).status).toBe(400)
    expect((await house.ask('authorize', '{}')).status).toBe(401)
    expect((await house.ask('authorize', `{"A":{"value":["${'x'.repeat(20_000)}"]}}`)).status).toBe(413)
    expect((await house.ask('elsewhere', '{}')).status).toBe(404)
    expect((await house.ask('accounting', { 'Acct-Status-Type': 'Start' })).status).toBe(400)
  })
})

describe('waiting', () => {
  it('leaves places for others, and frees those whose time is over', async () => {
    house = await House.open()
    const leave = (from: string) => house.gateway.deposit(credentialOf(1, { at: house.clock.now() }).request, from)
    for (let index = 0; index < MOST_PER_ADDRESS; index++) await leave('192.0.2.1')
    expect(await leave('192.0.2.1')).toMatchObject({ ok: false, code: 'BUSY' })
    expect((await leave('192.0.2.2')).ok).toBe(true)
    house.clock.pass(700_000)
    expect((await leave('192.0.2.1')).ok).toBe(true)
    // Five hundred signatures made and checked.
  }, 60_000)
})

describe('beside another gateway', () => {
  it('carries what stations began, and leaves everything else to the other', async () => {
    house = await House.open()
    const main = createRadiusGateway({
      ...{ lid: 'test', provider: PROVIDER, verify: nodeVerify, sha256: nodeSha256, network: 'main', nas: [] },
      ...{ signerKey: () => undefined, listen: { host: '127.0.0.1', port: 0, key: 'key-of-the-other' } },
      openSession: async () => reject('NOT_RUNNING'),
    })
    await main.start()
    const both = besideRadius(main, house.gateway)
    const who = credentialOf(1)
    await house.gateway.deposit(who.request, '')
    await house.authorize(who)
    const elsewhere = 'ee'.repeat(16)
    expect((await both.open({ session: elsewhere, until: Date.now() + 60_000, quota: 1n })).host).toBe('main')
    expect(both.meter(who.user).openFlows).toBe(1)
    expect(both.meter(elsewhere).openFlows).toBe(0)
    await main.stop()
  })
})

function tokenBy(seed: number): string {
  return makeToken({ lid: 'test', provider: PROVIDER, sid: 'ab'.repeat(16) }, START + 600_000, clientOf(seed).sign)
}
