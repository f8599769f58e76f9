import { describe, expect, it } from 'vitest'
import { MAX_AMOUNT } from '../../../units/index.js'
import { ASSET, genesisOf, TestLedger, tx, voucher, who } from '../../testing/index.js'

const give = (to: keyof typeof who, amount: string) => ({ asset: ASSET, to: who[to].did, amount })

describe('assets', () => {
  it('lets the issuer issue and burn, and keeps the supply', () => {
    const ledger = new TestLedger(genesisOf({ issuer: 10n }))
    expect(ledger.do('issuer', 'accounts/issue', give('client', '90')).code).toBe('OK')
    expect(ledger.do('issuer', 'accounts/burn', { asset: ASSET, amount: '4' }).code).toBe('OK')
    expect(ledger.app.query('accounts/supply', { asset: ASSET })).toBe('96')
    expect(ledger.balances()).toEqual({ issuer: '6', client: '90' })
  })

  it('lets anyone define an asset once', () => {
    const ledger = new TestLedger(genesisOf({}))
    expect(ledger.do('client', 'accounts/define', { asset: 'coin', decimals: 2 }).code).toBe('OK')
    expect(ledger.do('other', 'accounts/define', { asset: 'coin', decimals: 2 }).code).toBe('ASSET_EXISTS')
    expect(ledger.do('other', 'accounts/define', { asset: 'Coin!', decimals: 2 }).code).toBe('PAYLOAD_MALFORMED')
    expect(ledger.do('other', 'accounts/define', { asset: 'coin-2', decimals: 19 }).code).toBe('PAYLOAD_MALFORMED')
    expect(ledger.do('client', 'accounts/issue', { ...give('other', '7'), asset: 'coin' }).code).toBe('OK')
    expect(ledger.app.query('accounts/assets', {})).toEqual([
      { asset: 'coin', issuer: who.client.did, decimals: 2, supply: '7' },
      { asset: ASSET, issuer: who.issuer.did, decimals: 6, supply: '0' },
    ])
    expect(ledger.app.query('accounts/balances', { owner: who.other.did })).toEqual([
      { asset: 'coin', balance: '7', held: '0', debt: '0' },
    ])
  })

  it('gives a bounded number of assets away each hour, and asks for a fee beyond', () => {
    const params = { accounts: { freeAssetsPerHour: 1, assetFee: 4 } }
    const ledger = new TestLedger(genesisOf({ client: 5n }, params))
    const define = (name: keyof typeof who, asset: string) => ledger.do(name, 'accounts/define', { asset, decimals: 0 })
    expect(define('other', 'a').code).toBe('OK')
    expect(define('other', 'b').code).toBe('BALANCE_SHORT')
    expect(define('client', 'b').events.map(event => event.type)).toEqual(['accounts/defined', 'accounts/transferred'])
    expect(ledger.balances()).toEqual({ issuer: '4', client: '1' })
    expect(define('issuer', 'c').events.map(event => event.type)).toEqual(['accounts/defined'])
    ledger.block([], 3_600_000)
    expect(define('other', 'd').code).toBe('OK')
    const unpayable = new TestLedger(
      genesisOf({}, { accounts: { ...params.accounts, freeAssetsPerHour: 0, feeAsset: 'gold' } }),
    )
    expect(unpayable.do('client', 'accounts/define', { asset: 'x', decimals: 0 }).code).toBe('ASSET_UNKNOWN')
  })

  it('pages what an owner has, whatever others have', () => {
    const ledger = new TestLedger(genesisOf({ client: 5n, other: 9n }))
    for (const asset of ['a', 'b', 'c']) {
      ledger.do('client', 'accounts/define', { asset, decimals: 0 })
      ledger.do('client', 'accounts/issue', { asset, to: who[asset === 'b' ? 'other' : 'client'].did, amount: '1' })
    }
    const of = (owner: string, after?: string) =>
      ledger.app.query('accounts/balances', { owner, ...(after === undefined ? {} : { after }) }) as { asset: string }[]
    expect(of(who.client.did).map(one => one.asset)).toEqual(['a', 'c', ASSET])
    expect(of(who.client.did, 'a').map(one => one.asset)).toEqual(['c', ASSET])
    expect(of(who.other.did).map(one => one.asset)).toEqual(['b', ASSET])
    expect(of(who.relay.did)).toEqual([])
  })

  it.each([
    ['NOT_ISSUER', 'client', 'accounts/issue', give('client', '1')],
    ['NOT_ISSUER', 'client', 'accounts/burn', { asset: ASSET, amount: '1' }],
    ['ASSET_UNKNOWN', 'issuer', 'accounts/issue', { ...give('client', '1'), asset: 'gold' }],
    ['ASSET_UNKNOWN', 'client', 'accounts/transfer', { ...give('other', '1'), asset: 'gold' }],
    ['ASSET_UNKNOWN', 'client', 'accounts/burn', { asset: 'gold', amount: '1' }],
    ['BALANCE_SHORT', 'issuer', 'accounts/burn', { asset: ASSET, amount: '1' }],
    ['AMOUNT_OVERFLOW', 'issuer', 'accounts/issue', give('other', MAX_AMOUNT.toString())],
    ['TRANSFER_TO_SELF', 'client', 'accounts/transfer', give('client', '1')],
  ] as const)('refuses with %s: %s %s', (code, name, type, body) => {
    const ledger = new TestLedger(genesisOf({ client: 5n }))
    expect(ledger.do(name, type, body).code).toBe(code)
    expect(ledger.balances()).toEqual({ client: '5' })
  })

  it('refuses a genesis above the largest supply', () => {
    const genesis = genesisOf({ client: MAX_AMOUNT, other: 1n })
    expect(() => new TestLedger(genesis)).toThrow(expect.objectContaining({ code: 'GENESIS_MALFORMED' }))
  })

  it('leaves no record of an empty account and uses its leaf again', () => {
    const ledger = new TestLedger(genesisOf({ client: 5n }))
    const key = (name: keyof typeof who) => `accounts/account/${who[name].did}/${ASSET}`
    const { index } = ledger.app.prove(key('client')) ?? {}
    ledger.do('client', 'accounts/transfer', give('other', '5'))
    expect(ledger.app.prove(key('client'))).toBeUndefined()
    expect(ledger.app.prove(key('other'))?.index).toBe(index)
  })
})

describe('debts', () => {
  /** The client owes 30 to the provider and 20 to the relay, in that order. */
  const indebted = (params = {}) => {
    const ledger = new TestLedger(genesisOf({ issuer: 1000n }, params))
    ledger.run(voucher({ owed: '30' }))
    ledger.run(voucher({ owed: '20', sid: 'c'.repeat(32), provider: who.relay.did }))
    expect(ledger.account('client')).toEqual({ asset: ASSET, balance: '0', held: '0', debt: '50' })
    return ledger
  }

  it('pays the oldest debt first from any income', () => {
    const ledger = indebted()
    const result = ledger.do('issuer', 'accounts/transfer', give('client', '35'))
    expect(result.events.map(event => event.type)).toEqual([
      'accounts/transferred',
      'accounts/repaid',
      'accounts/repaid',
    ])
    expect(ledger.balances()).toEqual({ issuer: '965', provider: '30', relay: '5' })
    expect(ledger.app.query('accounts/debts', { owner: who.client.did, asset: ASSET })).toEqual([
      { creditor: who.relay.did, amount: '15' },
    ])
    ledger.do('issuer', 'accounts/issue', give('client', '16'))
    expect(ledger.account('client')).toMatchObject({ balance: '1', debt: '0' })
    expect(ledger.account('relay').balance).toBe('20')
  })

  it('never lets a debt that was made up later come before one that is recorded (LED-68)', () => {
    const ledger = new TestLedger(genesisOf({ issuer: 1000n }))
    ledger.run(voucher({ owed: '30' }))
    // The client promises a friend a fortune; the friend is the client under another name.
    ledger.run(voucher({ owed: '1000000', sid: 'd'.repeat(32), provider: who.other.did }))
    ledger.do('issuer', 'accounts/transfer', give('client', '40'))
    expect(ledger.balances()).toEqual({ issuer: '960', provider: '30', other: '10' })
    // Made up before, it comes first: but then everybody sees it before giving credit.
    expect(ledger.account('client').debt).toBe('999990')
    expect(ledger.app.query('sessions/history', { client: who.client.did, asset: ASSET })).toMatchObject({
      debt: '999990',
    })
  })

  it('serves the creditor in turn when it owes too, and ends where two owe each other', () => {
    const ledger = indebted()
    ledger.run(voucher({ owed: '40', client: who.provider.did, provider: who.client.did }, who.provider))
    ledger.do('issuer', 'accounts/transfer', give('client', '10'))
    expect(ledger.account('client')).toMatchObject({ balance: '0', debt: '10' })
    expect(ledger.account('provider')).toMatchObject({ balance: '0', debt: '10' })
    expect(ledger.account('relay')).toMatchObject({ balance: '10', debt: '0' })
  })

  it('serves a bounded number at once, goes on in the next block, and blocks spending meanwhile', () => {
    const ledger = indebted({ accounts: { repayPerStep: 1 } })
    ledger.do('issuer', 'accounts/transfer', give('client', '45'))
    expect(ledger.account('client')).toMatchObject({ balance: '15', debt: '20' })
    expect(ledger.app.check(spend(ledger), ledger.timeMs).code).toBe('DEBT_OPEN')
    const { scheduled } = ledger.block([])
    expect(scheduled).toEqual([
      { type: 'accounts/repaid', asset: ASSET, debtor: who.client.did, creditor: who.relay.did, amount: '15' },
    ])
    expect(ledger.account('client')).toMatchObject({ balance: '0', debt: '5' })
  })

  it('comes to rest where owners owe each other far more than they have', () => {
    const ledger = new TestLedger(genesisOf({ issuer: 1000n }))
    const owed = '1000000000000000000000'
    ledger.run(voucher({ owed }))
    ledger.run(voucher({ owed, client: who.provider.did, provider: who.client.did }, who.provider))
    ledger.do('issuer', 'accounts/transfer', give('client', '3'))
    expect(ledger.block([]).scheduled).toEqual([])
    expect(ledger.app.query('machine/due', {})).toBeUndefined()
    const has = (name: 'client' | 'provider') => Number(ledger.account(name).balance)
    expect(has('client') + has('provider')).toBe(3)
    // What rests goes on with the next income.
    const { events } = ledger.do('issuer', 'accounts/transfer', give('client', '4'))
    expect(events.filter(event => event.type === 'accounts/repaid').at(-1)).toMatchObject({ amount: '7' })
  })
})

function spend(ledger: TestLedger) {
  return tx(who.client, 'accounts/transfer', give('other', '1'), ledger.timeMs)
}
