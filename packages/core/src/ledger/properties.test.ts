import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from './memory.js'
import { seriesOf } from './modules/sessions/series.js'
import { ASSET, genesisOf, type Name, TestLedger, tx, voucher, who } from './testing/index.js'
import type { SignedTx } from './types.js'

const name = fc.constantFrom<Name>('issuer', 'client', 'provider', 'relay', 'other')
const small = fc.nat(40)

/** One step of a random life: a list of messages for one block, made for the ledger's time, and how long the block waits. */
type Make = (nowMs: number) => SignedTx

const transfer: fc.Arbitrary<Make> = fc.record({ from: name, to: name, amount: small }).map(
  ({ from, to, amount }) =>
    now =>
      tx(who[from], 'accounts/transfer', { asset: ASSET, to: who[to].did, amount: String(amount) }, now),
)
const issue: fc.Arbitrary<Make> = fc.record({ to: name, amount: small }).map(
  ({ to, amount }) =>
    now =>
      tx(who.issuer, 'accounts/issue', { asset: ASSET, to: who[to].did, amount: String(amount) }, now),
)
const settle: fc.Arbitrary<Make> = fc
  .record({
    client: name,
    provider: name,
    share: name,
    bps: fc.integer({ min: 1, max: 10_000 }),
    sid: fc.nat(2),
    owed: small,
  })
  .map(
    ({ client, provider, share, bps, sid, owed }) =>
      () =>
        voucher(
          {
            client: who[client].did,
            provider: who[provider].did,
            sid: String(sid).repeat(32),
            escrow: String(sid).repeat(32),
            owed,
            round: 1 + owed,
            shares: [{ to: who[share].did, bps }],
          },
          who[client],
        ),
  )
const open: fc.Arbitrary<Make> = fc
  .record({ client: name, provider: name, escrow: fc.nat(2), amount: small, minutes: fc.nat(9) })
  .map(
    ({ client, provider, escrow, amount, minutes }) =>
      now =>
        tx(
          who[client],
          'sessions/open',
          {
            escrow: String(escrow).repeat(32),
            provider: who[provider].did,
            asset: ASSET,
            amount: String(amount),
            expiresMs: now + minutes * 60_000,
          },
          now,
        ),
  )
const close: fc.Arbitrary<Make> = fc
  .record({ by: name, client: name, id: fc.nat(2) })
  .map(({ by, client, id }) => now => {
    const chosen = String(id).repeat(32)
    const ids = { sid: chosen, series: seriesOf({ provider: who.provider.did, asset: ASSET, shares: [] }) }
    return tx(who[by], 'sessions/close', { client: who[client].did, ...ids, escrow: chosen }, now)
  })

const step = fc.record({
  make: fc.array(fc.oneof(transfer, issue, settle, open, close), { maxLength: 6 }),
  waitMs: fc.constantFrom(0, 1000, 120_000, 700_000),
})
const life = fc.array(step, { maxLength: 12 })

const genesis = genesisOf({ client: 60n, other: 40n }, { sessions: { graceMs: 60_000 }, accounts: { repayPerStep: 2 } })

/** Lives a life; invariants run after every block. */
function live(steps: readonly { make: readonly Make[]; waitMs: number }[], cacheEntries = 64) {
  const ledger = new TestLedger(genesis, memoryStorage(), cacheEntries)
  const blocks = steps.map(({ make, waitMs }) => {
    const timeMs = ledger.timeMs + waitMs
    const txs = make.map(one => one(timeMs))
    return { txs, waitMs, result: ledger.block(txs, waitMs) }
  })
  return { ledger, blocks }
}

describe('properties', () => {
  it('never creates or loses value, and keeps every invariant, whatever happens', () => {
    fc.assert(
      fc.property(life, steps => {
        const { ledger } = live(steps)
        let sum = 0n
        for (const owner of Object.keys(who) as Name[]) {
          const { balance, held, debt } = ledger.account(owner)
          expect(BigInt(balance) >= 0n && BigInt(held) >= 0n && BigInt(debt) >= 0n).toBe(true)
          sum += BigInt(balance) + BigInt(held)
        }
        expect(ledger.app.query('accounts/supply', { asset: ASSET })).toBe(sum.toString())
      }),
      { numRuns: 80 },
    )
  })

  it('tells at the door what it would say in the next block, and changes nothing by that', () => {
    fc.assert(
      fc.property(life, steps => {
        const ledger = new TestLedger(genesisOf({ client: 60n, other: 40n }, { sessions: { graceMs: 60_000 } }))
        for (const { make, waitMs } of steps) {
          const timeMs = ledger.timeMs + waitMs
          ledger.block([], waitMs)
          for (const one of make) {
            const message = one(timeMs)
            // What is due goes before the message in its block, and the door does not wait for it.
            ledger.block([], 0)
            const before = ledger.app.info()
            const { code, data } = ledger.app.check(message, timeMs)
            expect(ledger.app.info()).toEqual(before)
            expect(ledger.block([message], 0).results[0]).toMatchObject({ code, data })
          }
        }
      }),
      { numRuns: 80 },
    )
  })

  it('gives the same hashes when replayed, with a cold cache and after restarts', () => {
    fc.assert(
      fc.property(life, steps => {
        const { blocks } = live(steps)
        let again = new TestLedger(genesis, memoryStorage(), 2)
        blocks.forEach(({ txs, waitMs, result }, i) => {
          if (i % 3 === 2) again = new TestLedger(genesis, again.storage, 2)
          expect(again.block(txs, waitMs)).toEqual(result)
        })
      }),
      { numRuns: 40 },
    )
  })

  it('pays each voucher series its highest amount once, in any order and with any repetition', () => {
    const claims = fc.array(fc.record({ sid: fc.nat(2), owed: fc.nat(200) }), { maxLength: 20 })
    fc.assert(
      fc.property(claims, fc.nat(300), (list, funds) => {
        const ledger = new TestLedger(genesisOf({ client: BigInt(funds) }))
        const highest = new Map<number, number>()
        for (const { sid, owed } of list) {
          const { code } = ledger.run(voucher({ sid: String(sid).repeat(32), owed, round: owed + 1 }))
          const before = highest.get(sid) ?? 0
          expect(code).toBe(owed > before ? 'OK' : owed === before ? 'NOTHING_NEW' : 'VOUCHER_BELOW')
          highest.set(sid, Math.max(before, owed))
        }
        const owed = [...highest.values()].reduce((a, b) => a + b, 0)
        expect(Number(ledger.account('provider').balance)).toBe(Math.min(owed, funds))
        expect(Number(ledger.account('client').debt)).toBe(Math.max(0, owed - funds))
      }),
      { numRuns: 60 },
    )
  })

  it('leaves the state root as it was when every transaction of a block is refused', () => {
    fc.assert(
      fc.property(life, fc.array(settle, { minLength: 1, maxLength: 4 }), (steps, makes) => {
        const { ledger } = live(steps)
        // Windows that are over go with the first block that has a transaction: let it pass.
        ledger.block([tx(who.client, 'accounts/none', {}, ledger.timeMs)], 0)
        const refused = makes
          .map(make => make(ledger.timeMs))
          .filter(one => ledger.app.check(one, ledger.timeMs).code !== 'OK')
        const key = `accounts/asset/${ASSET}`
        const before = ledger.app.prove(key)
        const { scheduled } = ledger.block(refused, 0)
        fc.pre(scheduled.length === 0)
        expect(ledger.app.prove(key)?.siblings).toEqual(before?.siblings)
      }),
      { numRuns: 60 },
    )
  })
})
