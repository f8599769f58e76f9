import { describe, expect, it } from 'vitest'
import { sha256, signerFromSeed } from '../identity/index.js'
import { createApplication } from './machine.js'
import { memoryStorage } from './memory.js'
import { ASSET, genesisOf, LID, message, START_MS, TestLedger, tx, voucher, who } from './testing/index.js'
import { allModules } from './testing/modules.js'

const fresh = () => new TestLedger(genesisOf({ client: 1000n }))
const transfer = (amount: unknown = '1') => ({ asset: ASSET, to: who.provider.did, amount })

describe('admission', () => {
  const cases: [string, () => ReturnType<typeof tx>][] = [
    ['LEDGER_WRONG', () => message('conet-tx+jwt', { lid: 'elsewhere' }, who.client)],
    ['KIND_UNKNOWN', () => message('conet-grant+jwt', { lid: LID }, who.client)],
    ['PAYLOAD_MALFORMED', () => message('conet-tx+jwt', { lid: LID, exp: 'soon' }, who.client)],
    ['EXPIRED', () => tx(who.client, 'accounts/transfer', transfer(), START_MS - 120_000)],
    ['EXP_TOO_FAR', () => tx(who.client, 'accounts/transfer', transfer(), START_MS + 600_000)],
    ['TYPE_UNKNOWN', () => tx(who.client, 'accounts/steal', transfer())],
    ['PAYLOAD_MALFORMED', () => tx(who.client, 'accounts/transfer', { ...transfer(), extra: 1 })],
    ['AMOUNT_INVALID', () => tx(who.client, 'accounts/transfer', transfer('0'))],
    ['AMOUNT_INVALID', () => tx(who.client, 'accounts/transfer', transfer('-1'))],
    ['AMOUNT_INVALID', () => tx(who.client, 'accounts/transfer', transfer('1.5'))],
    ['AMOUNT_INVALID', () => tx(who.client, 'accounts/transfer', transfer(5))],
    ['AMOUNT_INVALID', () => tx(who.client, 'accounts/transfer', transfer((2n ** 95n).toString()))],
    ['BALANCE_SHORT', () => tx(who.client, 'accounts/transfer', transfer('1001'))],
    [
      'SIGNATURE_INVALID',
      () => ({ ...tx(who.client, 'accounts/transfer', transfer()), verifiedWith: who.other.publicKey }),
    ],
    ['SIGNATURE_INVALID', () => ({ ...tx(who.client, 'accounts/transfer', transfer()), verifiedWith: undefined })],
    [
      'SIGNER_UNKNOWN',
      () =>
        message(
          'conet-tx+jwt',
          { ...tx(who.client, 'accounts/transfer', transfer()).envelope.payload },
          { ...who.client, kid: 'did:conet:test:nobody#k' },
        ),
    ],
  ]
  it.each(cases)('refuses with %s and changes no balance', (code, make) => {
    const ledger = fresh()
    expect(ledger.app.check(make(), START_MS).code).toBe(code)
    expect(ledger.run(make()).code).toBe(code)
    expect(ledger.balances()).toEqual({ client: '1000' })
  })

  it('takes a message once, also across blocks, restarts and within one block', () => {
    const storage = memoryStorage()
    const ledger = new TestLedger(genesisOf({ client: 1000n }), storage)
    const once = tx(who.client, 'accounts/transfer', transfer())
    expect(ledger.block([once, once]).results.map(result => result.code)).toEqual(['OK', 'REPLAYED'])
    expect(ledger.run(once).code).toBe('REPLAYED')
    const again = new TestLedger(genesisOf({}), storage)
    expect(again.run(once).code).toBe('REPLAYED')
    expect(again.balances()).toEqual({ client: '999', provider: '1' })
  })

  it('remembers a refused message too, but not one whose signature was forged', () => {
    const ledger = fresh()
    const dear = tx(who.provider, 'accounts/transfer', { asset: ASSET, to: who.other.did, amount: '5' })
    const cheap = tx(who.client, 'accounts/transfer', transfer('5'))
    expect(ledger.run(dear).code).toBe('BALANCE_SHORT')
    expect(ledger.run({ ...cheap, verifiedWith: who.other.publicKey }).code).toBe('SIGNATURE_INVALID')
    expect(ledger.run(cheap).code).toBe('OK')
    expect(ledger.run(dear).code).toBe('REPLAYED')
  })

  it('forgets windows that are over, so memory stays bounded', () => {
    const ledger = fresh()
    ledger.do('client', 'accounts/transfer', transfer())
    ledger.block([tx(who.client, 'accounts/transfer', transfer(), START_MS + 300_000)], 300_000)
    const kept = [...ledger.storage.range('~seen/', '~seen/\x7f', 100)]
    expect(kept).toHaveLength(1)
  })

  it('verifies by itself when it was given a verifier', () => {
    const app = createApplication({
      modules: allModules(),
      storage: memoryStorage(),
      sha256,
      verify: key => key[0] === who.client.publicKey[0],
    })
    app.initGenesis(genesisOf({ client: 5n }))
    const unverified = { ...tx(who.client, 'accounts/transfer', transfer()), verifiedWith: undefined }
    expect(app.check(unverified, START_MS).code).toBe('OK')
    expect(app.signerKey(unverified.envelope)).toEqual(who.client.publicKey)
  })
})

describe('blocks', () => {
  it('keeps the app hash over empty blocks', () => {
    const ledger = fresh()
    const { appHash } = ledger.app.info()
    expect(ledger.block([]).appHash).toBe(appHash)
    expect(ledger.block([], 3_600_000).appHash).toBe(appHash)
  })

  it('changes the app hash by a refused transaction only through the history', () => {
    const ledger = fresh()
    const key = `accounts/account/${who.client.did}/${ASSET}`
    const before = ledger.app.prove(key)
    ledger.run(message('conet-tx+jwt', { lid: 'elsewhere' }, who.client))
    const after = ledger.app.prove(key)
    expect(after?.siblings).toEqual(before?.siblings)
    expect(after?.historyRoot).not.toBe(before?.historyRoot)
  })

  it('refuses blocks out of order or back in time', () => {
    const { app } = fresh()
    const code = (height: number, timeMs: number) => {
      expect(app.processProposal({ height, timeMs, txs: [] })).toBe(false)
      expect(() => app.finalizeBlock({ height, timeMs, txs: [] })).toThrow(
        expect.objectContaining({ code: 'BLOCK_OUT_OF_ORDER' }),
      )
    }
    code(2, START_MS)
    code(0, START_MS)
    code(1, START_MS - 1)
    expect(app.processProposal({ height: 1, timeMs: START_MS, txs: [] })).toBe(true)
  })

  it('runs a finalized block again, unchanged, when it was not committed', () => {
    const { app } = fresh()
    const block = { height: 1, timeMs: START_MS, txs: [tx(who.client, 'accounts/transfer', transfer())] }
    const first = app.finalizeBlock(block)
    app.finalizeBlock({ ...block, txs: [tx(who.client, 'accounts/transfer', transfer('7'))] })
    expect(app.finalizeBlock(block)).toEqual(first)
    expect(app.info().height).toBe(0)
    expect(app.commit().appHash).toBe(first.appHash)
    expect(() => app.commit()).toThrow(expect.objectContaining({ code: 'NOTHING_TO_COMMIT' }))
  })

  it('proposes only what can be in a block, in order, within the size', () => {
    const { app } = fresh()
    const good = [tx(who.client, 'accounts/transfer', transfer()), tx(who.client, 'accounts/transfer', transfer())]
    const expired = tx(who.client, 'accounts/transfer', transfer(), START_MS - 120_000)
    const context = { height: 1, timeMs: START_MS }
    const [one, two] = good as [ReturnType<typeof tx>, ReturnType<typeof tx>]
    expect(app.prepareProposal([one, expired, one, two], context, 1e6)).toEqual([one, two])
    expect(app.prepareProposal([one, two], context, one.envelope.text.length)).toEqual([one])
  })

  it('continues after a restart with the same app hash', () => {
    const storage = memoryStorage()
    const ledger = new TestLedger(genesisOf({ client: 1000n }), storage)
    ledger.do('client', 'accounts/transfer', transfer('1000'))
    ledger.do('provider', 'accounts/transfer', { asset: ASSET, to: who.other.did, amount: '3' })
    const again = new TestLedger(genesisOf({}), storage)
    expect(again.app.info()).toEqual(ledger.app.info())
    const next = { height: 3, timeMs: ledger.timeMs + 1, txs: [voucher({ owed: '9' })] }
    expect(again.app.finalizeBlock(next)).toEqual(ledger.app.finalizeBlock(next))
  })

  it('notices a record changed behind its back', () => {
    const storage = memoryStorage()
    new TestLedger(genesisOf({ client: 1000n }), storage)
    const key = `accounts/account/${who.client.did}/${ASSET}`
    storage.write(new Map([[key, (storage.get(key) ?? '').replace('1000', '2000')]]))
    expect(() => new TestLedger(genesisOf({}), storage)).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }))
  })
})

describe('genesis and queries', () => {
  const bad: [string, Record<string, unknown>][] = [
    ['lid', { lid: 'Bad Lid' }],
    ['timeMs', { timeMs: -1 }],
    ['assets/0/issuer', { assets: [{ id: 'credit', issuer: 'me', decimals: 6 }] }],
    ['accounts/0/amount', { accounts: [{ owner: who.client.did, asset: ASSET, amount: '-5' }] }],
    ['accounts/0/asset', { accounts: [{ owner: who.client.did, asset: 'gold', amount: '5' }] }],
    ['params/sessions/graceMs', { params: { sessions: { graceMs: 0.5 } } }],
    ['params/sessions/colour', { params: { sessions: { colour: 1 } } }],
    ['params/nothing', { params: { nothing: {} } }],
  ]
  it.each(bad)('names the bad place %s', (path, change) => {
    const app = createApplication({ modules: allModules(), storage: memoryStorage(), sha256 })
    expect(() => app.initGenesis({ ...genesisOf({}), ...change } as never)).toThrow(
      expect.objectContaining({ code: 'GENESIS_MALFORMED', data: { path } }),
    )
    expect(app.info().lid).toBe('')
  })

  it('takes one genesis, and answers nothing before', () => {
    const app = createApplication({ modules: allModules(), storage: memoryStorage(), sha256 })
    expect(() => app.check(tx(who.client, 'accounts/transfer', transfer()), START_MS)).toThrow(
      expect.objectContaining({ code: 'NOT_INITIALISED' }),
    )
    app.initGenesis(genesisOf({}))
    expect(() => app.initGenesis(genesisOf({}))).toThrow(expect.objectContaining({ code: 'GENESIS_REPEATED' }))
    expect(() => app.query('accounts/everything', {})).toThrow(expect.objectContaining({ code: 'QUERY_UNKNOWN' }))
    expect(() => app.query('accounts/balance', { owner: 5 })).toThrow(
      expect.objectContaining({ code: 'QUERY_MALFORMED' }),
    )
  })

  it('refuses a module list that does not fit together', () => {
    const [identity, accounts, , sessions] = allModules()
    const make =
      (...modules: unknown[]) =>
      () =>
        createApplication({ modules: modules as never, storage: memoryStorage(), sha256 })
    expect(make(identity, sessions)).toThrow(/needs accounts/)
    expect(make(accounts)).toThrow(/signerKey/)
    expect(make(identity, identity)).toThrow(/same name/)
  })

  it('refuses a key that is not the signer of a did:key', () => {
    const forged = signerFromSeed(new Uint8Array(32).fill(9), who.client.kid)
    const ledger = fresh()
    expect(ledger.run(tx(forged, 'accounts/transfer', transfer())).code).toBe('SIGNATURE_INVALID')
  })
})
