import { describe, expect, it } from 'vitest'
import { commitKey, conetDid, conetKid, encodeMultikey } from '../../../identity/index.js'
import { parseVoucher as parseVoucherOfRounds } from '../../../rounds/index.js'
import { signEnvelope } from '../../../wire/index.js'
import { ASSET, genesisOf, SID, TestLedger, voucher, who } from '../../testing/index.js'
import { allModules } from '../../testing/modules.js'
import { drive, person } from '../testing/drive.js'
import { seriesOf } from './series.js'
import { split } from './split.js'
import { parseVoucher } from './voucher.js'

const ESCROW = 'e'.repeat(32)
const MINUTE = 60_000
const GRACE = { sessions: { graceMs: 10 * MINUTE } }

const fresh = (client = 1000n) => new TestLedger(genesisOf({ client, issuer: 1000n }, GRACE))
const lock = (ledger: TestLedger, amount = '100', minutes = 5) => ({
  escrow: ESCROW,
  provider: who.provider.did,
  asset: ASSET,
  amount,
  expiresMs: ledger.timeMs + minutes * MINUTE,
})
const session = (ledger: TestLedger) => ledger.app.query('sessions/session', { client: who.client.did, sid: SID })

describe('settle', () => {
  it('pays the difference to what was settled, whoever brings it and however often', () => {
    const ledger = fresh()
    expect(ledger.run(voucher({ owed: '30' })).code).toBe('OK')
    expect(ledger.run(voucher({ owed: '50', round: 2 })).code).toBe('OK')
    expect(ledger.run(voucher({ owed: '50', round: 2 })).code).toBe('NOTHING_NEW')
    expect(ledger.run(voucher({ owed: '30' })).code).toBe('VOUCHER_BELOW')
    expect(ledger.balances()).toEqual({ issuer: '1000', client: '950', provider: '50' })
    expect(session(ledger)).toMatchObject({
      settled: '50',
      short: '0',
      round: 2,
      bytes: '1000',
      statement: 'b'.repeat(64),
    })
  })

  it('draws on the escrow, then the free balance, then leaves a debt', () => {
    const ledger = fresh(120n)
    expect(ledger.do('client', 'sessions/open', lock(ledger)).code).toBe('OK')
    const first = ledger.run(voucher({ owed: '110', escrow: ESCROW }))
    expect(first.events[0]).toMatchObject({ type: 'sessions/settled', paid: '110', short: '0', settled: '110' })
    expect(ledger.account('client')).toMatchObject({ balance: '10', held: '0' })
    const second = ledger.run(voucher({ owed: '150', round: 2, escrow: ESCROW }))
    expect(second.events[0]).toMatchObject({ paid: '10', short: '30' })
    expect(ledger.account('client')).toMatchObject({ balance: '0', debt: '30' })
    expect(ledger.app.query('sessions/history', { client: who.client.did, asset: ASSET })).toEqual({
      client: who.client.did,
      asset: ASSET,
      sessions: 1,
      rounds: 2,
      settled: '150',
      short: '30',
      debt: '30',
    })
  })

  it('counts rounds up to the largest exact number and no further', () => {
    const ledger = fresh()
    const rounds = (sid: string, round: number) => {
      expect(ledger.run(voucher({ sid: sid.repeat(32), owed: '1', round })).code).toBe('OK')
      const history = ledger.app.query('sessions/history', { client: who.client.did, asset: ASSET })
      return (history as { rounds: number }).rounds
    }
    const most = Number.MAX_SAFE_INTEGER
    expect([rounds('1', most - 3), rounds('2', 2), rounds('3', 1), rounds('4', 1), rounds('5', most)]).toEqual([
      most - 3,
      most - 1,
      most,
      most,
      most,
    ])
  })

  it('does not draw on an escrow that is meant for another provider', () => {
    const ledger = fresh(100n)
    ledger.do('client', 'sessions/open', { ...lock(ledger, '60'), provider: who.other.did })
    ledger.run(voucher({ owed: '50', escrow: ESCROW }))
    expect(ledger.account('client')).toMatchObject({ balance: '0', held: '60', debt: '10' })
  })

  it.each(['f'.repeat(32), 'not an id', '../x', '\u{1f600}'.repeat(128)])(
    'pays from the balance when the escrow named is %s',
    escrow => {
      const ledger = fresh(100n)
      expect(ledger.run(voucher({ owed: '50', escrow })).code).toBe('OK')
      expect(ledger.balances()).toMatchObject({ client: '50', provider: '50' })
    },
  )

  it('takes a voucher in every form that the parties take', () => {
    const shares = Array.from({ length: 8 }, (_, i) => ({ to: `did:key:z${i}`, bps: 1250 }))
    const { payload } = voucher({ owed: '50', escrow: 'any text', round: 2 ** 31, shares }).envelope
    const taken = parseVoucherOfRounds(payload)
    expect(taken.ok).toBe(true)
    expect(parseVoucher(payload)).toEqual(taken)
  })

  it('splits payments and debts, each share rounded down, the remainder to the provider', () => {
    const ledger = fresh(10n)
    const shares = [
      { to: who.relay.did, bps: 3333 },
      { to: who.other.did, bps: 1 },
    ]
    ledger.run(voucher({ owed: '10', shares }))
    expect(ledger.balances()).toEqual({ issuer: '1000', provider: '7', relay: '3' })
    ledger.run(voucher({ owed: '110', round: 2, shares }))
    ledger.do('issuer', 'accounts/transfer', { asset: ASSET, to: who.client.did, amount: '100' })
    expect(ledger.balances()).toEqual({ issuer: '900', provider: '74', relay: '36' })
    expect(split(0n, 'did:x:p', shares)).toEqual([])
  })

  it.each([
    ['CLIENT_MISMATCH', { client: who.other.did }],
    ['PROVIDER_IS_CLIENT', { provider: who.client.did }],
    ['ASSET_UNKNOWN', { asset: 'gold', sid: 'd'.repeat(32) }],
    ['NOTHING_NEW', { owed: '0', sid: 'd'.repeat(32) }],
    [
      'SHARES_MALFORMED',
      {
        shares: [
          { to: who.relay.did, bps: 9000 },
          { to: who.other.did, bps: 1001 },
        ],
      },
    ],
    ['PAYLOAD_MALFORMED', { shares: [{ to: who.relay.did, bps: 0 }] }],
    ['PAYLOAD_MALFORMED', { shares: Array(17).fill({ to: who.relay.did, bps: 1 }) }],
    ['PAYLOAD_MALFORMED', { sid: 'short' }],
    ['PAYLOAD_MALFORMED', { round: 1.5 }],
    ['PAYLOAD_MALFORMED', { statement: undefined }],
    ['AMOUNT_INVALID', { owed: '-1' }],
    ['LEDGER_WRONG', { lid: 'elsewhere' }],
  ])('refuses with %s: %j', (code, change) => {
    const ledger = fresh()
    ledger.run(voucher({ owed: '10' }))
    expect(ledger.run(voucher({ owed: '20', ...change })).code).toBe(code)
    expect(ledger.balances()).toEqual({ issuer: '1000', client: '990', provider: '10' })
  })

  it('refuses debts beyond the largest amount', () => {
    const ledger = fresh(0n)
    const most = (2n ** 95n - 1n).toString()
    expect(ledger.run(voucher({ owed: most })).code).toBe('OK')
    expect(ledger.run(voucher({ owed: '1', sid: 'd'.repeat(32) })).code).toBe('AMOUNT_OVERFLOW')
  })

  it.each([
    ['shares that lead elsewhere', { owed: '500', shares: [{ to: who.other.did, bps: 10_000 }] }],
    ['another provider', { owed: '500', provider: who.other.did }],
  ])('lets no client take its own session away with %s', (_, squat) => {
    const ledger = fresh()
    expect(ledger.run(voucher(squat)).code).toBe('OK')
    expect(ledger.run(voucher({ owed: '300' })).code).toBe('OK')
    expect(ledger.balances()).toMatchObject({ client: '200', other: '500', provider: '300' })
    expect(ledger.app.query('sessions/ofClient', { client: who.client.did })).toHaveLength(2)
  })

  it('keeps the session ids of two clients apart', () => {
    const ledger = fresh()
    ledger.run(voucher({ owed: '10', client: who.other.did }, who.other))
    expect(ledger.run(voucher({ owed: '20' })).code).toBe('OK')
    expect(ledger.app.query('sessions/ofProvider', { provider: who.provider.did })).toHaveLength(2)
    expect(ledger.app.query('sessions/ofClient', { client: who.client.did })).toMatchObject([
      { sid: SID, settled: '20' },
    ])
    expect(ledger.app.query('sessions/ofClient', { client: who.client.did, after: SID })).toEqual([])
  })

  it('takes no voucher once the session is older than allowed', () => {
    const ledger = fresh()
    ledger.run(voucher({ owed: '10' }))
    ledger.block([], 30 * 24 * 60 * MINUTE)
    expect(ledger.run(voucher({ owed: '20' })).code).toBe('SESSION_EXPIRED')
  })
})

describe('open', () => {
  it.each([
    ['PROVIDER_IS_CLIENT', { provider: who.client.did }],
    ['ASSET_UNKNOWN', { asset: 'gold' }],
    ['BALANCE_SHORT', { amount: '1001' }],
    ['ESCROW_EXPIRY_INVALID', { expiresMs: 1 }],
    ['ESCROW_EXPIRY_INVALID', { expiresMs: 9_000_000_000_000 }],
    ['AMOUNT_INVALID', { amount: '0' }],
  ])('refuses with %s', (code, change) => {
    const ledger = fresh()
    expect(ledger.do('client', 'sessions/open', { ...lock(ledger), ...change }).code).toBe(code)
    expect(ledger.account('client')).toMatchObject({ balance: '1000', held: '0' })
  })

  it('locks an id once, and not for someone who owes', () => {
    const ledger = fresh()
    ledger.do('client', 'sessions/open', lock(ledger))
    expect(ledger.do('client', 'sessions/open', lock(ledger)).code).toBe('ESCROW_EXISTS')
    const poor = fresh(0n)
    poor.run(voucher({ owed: '10' }))
    expect(poor.do('client', 'sessions/open', lock(poor)).code).toBe('DEBT_OPEN')
  })

  it('returns the rest to the client after the expiry and the grace, debts first', () => {
    const ledger = fresh(100n)
    ledger.do('client', 'sessions/open', lock(ledger))
    ledger.run(voucher({ owed: '40', sid: 'd'.repeat(32), provider: who.other.did }))
    ledger.block([], 14 * MINUTE)
    expect(ledger.account('client')).toMatchObject({ held: '100', debt: '40' })
    ledger.run(voucher({ owed: '30', escrow: ESCROW }))
    const { scheduled } = ledger.block([], MINUTE)
    expect(scheduled.map(event => event.type)).toEqual(['sessions/released', 'accounts/repaid'])
    expect(ledger.account('client')).toMatchObject({ balance: '30', held: '0', debt: '0' })
    expect(ledger.balances()).toMatchObject({ provider: '30', other: '40' })
    expect(ledger.app.query('sessions/escrow', { client: who.client.did, escrow: ESCROW })).toBeUndefined()
  })
})

describe('close', () => {
  const SERIES = seriesOf({ provider: who.provider.did, asset: ASSET, shares: [] })
  const close = (fields: Record<string, unknown>) => ({
    client: who.client.did,
    ...('sid' in fields ? { series: SERIES } : {}),
    ...fields,
  })

  it("acts at once when it is the provider's", () => {
    const ledger = fresh()
    ledger.do('client', 'sessions/open', lock(ledger))
    ledger.run(voucher({ owed: '10', escrow: ESCROW }))
    const result = ledger.do('provider', 'sessions/close', close({ sid: SID, escrow: ESCROW }))
    expect(result.events.map(event => event.type)).toEqual(['sessions/closed', 'sessions/released'])
    expect(ledger.account('client')).toMatchObject({ balance: '990', held: '0' })
    expect(ledger.run(voucher({ owed: '20' })).code).toBe('SESSION_CLOSED')
    expect(ledger.do('client', 'sessions/close', close({ sid: SID })).code).toBe('CLOSING_ALREADY')
    expect(ledger.block([], 60 * MINUTE).scheduled).toEqual([])
  })

  it("only starts the grace period when it is the client's, so that a promise can still be settled", () => {
    const ledger = fresh()
    ledger.do('client', 'sessions/open', lock(ledger, '100', 60))
    ledger.run(voucher({ owed: '10', escrow: ESCROW }))
    expect(ledger.do('client', 'sessions/close', close({ sid: SID, escrow: ESCROW })).code).toBe('OK')
    expect(ledger.do('client', 'sessions/close', close({ sid: SID })).code).toBe('CLOSING_ALREADY')
    ledger.block([], 9 * MINUTE)
    expect(ledger.run(voucher({ owed: '25', round: 2, escrow: ESCROW })).code).toBe('OK')
    ledger.block([], MINUTE)
    expect(ledger.account('client')).toMatchObject({ balance: '975', held: '0' })
    expect(ledger.run(voucher({ owed: '30', round: 3 })).code).toBe('SESSION_CLOSED')
  })

  it("never puts an escrow's end off", () => {
    const ledger = fresh()
    ledger.do('client', 'sessions/open', lock(ledger, '100', 1))
    ledger.block([], 9 * MINUTE)
    expect(ledger.do('client', 'sessions/close', close({ escrow: ESCROW })).events).toEqual([])
    ledger.block([], 2 * MINUTE)
    expect(ledger.account('client')).toMatchObject({ balance: '1000', held: '0' })
  })

  it('refuses strangers, unknown ids and empty requests', () => {
    const ledger = fresh()
    ledger.do('client', 'sessions/open', lock(ledger))
    ledger.run(voucher({ owed: '10' }))
    const code = (name: 'client' | 'other', fields: Record<string, unknown>) =>
      ledger.do(name, 'sessions/close', close(fields)).code
    expect(code('other', { sid: SID })).toBe('PARTY_UNKNOWN')
    expect(code('other', { escrow: ESCROW })).toBe('PARTY_UNKNOWN')
    expect(code('client', { sid: 'd'.repeat(32) })).toBe('SESSION_UNKNOWN')
    expect(code('client', { escrow: SID })).toBe('ESCROW_UNKNOWN')
    expect(code('client', {})).toBe('PAYLOAD_MALFORMED')
    expect(code('client', { sid: SID, series: undefined })).toBe('PAYLOAD_MALFORMED')
    expect(code('client', { sid: SID, series: 'f'.repeat(32) })).toBe('SESSION_UNKNOWN')
  })
})

describe('a client whose keys rotate', () => {
  it('pays what it promised with the old key within the time of grace (IDN-33)', () => {
    const [old, fresh] = [person(31), person(32)]
    const keys = [encodeMultikey(old.publicKey)]
    const next = [commitKey(fresh.publicKey)]
    const did = conetDid('demo', { keys, next, services: [] })
    const funds = {
      assets: [{ id: ASSET, issuer: who.issuer.did, decimals: 6 }],
      accounts: [{ owner: did, asset: ASSET, amount: '100' }],
    }
    const ledger = drive(allModules(), { identity: { graceMs: MINUTE } }, funds)
    const client = person(31, key => conetKid(did, encodeMultikey(key)))
    const owes = (owed: string) => {
      const payload = { ...voucher({ client: did, owed }).envelope.payload, lid: 'demo' }
      return signEnvelope('conet-voucher+jwt', payload, client)
    }
    expect(ledger.run('identity/incept', { keys, next, services: [] }, old).code).toBe('OK')
    expect(ledger.send(owes('10'))).toBe('OK')
    const rotation = { did, version: 2, keys: [encodeMultikey(fresh.publicKey)], next: [] }
    expect(ledger.run('identity/rotate', rotation, fresh).code).toBe('OK')
    expect(ledger.send(owes('30'))).toBe('OK')
    expect(ledger.send(owes('40'), ledger.app.info().timeMs + MINUTE)).toBe('SIGNER_REVOKED')
    expect(ledger.app.query('accounts/balance', { owner: did, asset: ASSET })).toMatchObject({ balance: '70' })
  })
})
