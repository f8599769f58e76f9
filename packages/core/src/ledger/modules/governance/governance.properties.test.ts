import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Name, who } from '../../testing/index.js'
import type { BlockResult } from '../../types.js'
import { outcomeOf, parseRule } from './rules.js'
import { consortiumOf, keyOf, TestConsortium } from './testing.js'

const names = Object.keys(who) as Name[]
const name = fc.constantFrom(...names)
const choice = fc.constantFrom('yes', 'no', 'abstain')
const proposal = fc.oneof(
  name.map(member => ({ subject: 'admit', member: who[member].did })),
  name.map(member => ({ subject: 'remove', member: who[member].did })),
  fc.tuple(name, fc.nat(30)).map(([owner, power]) => {
    return { subject: 'validator', owner: who[owner].did, publicKey: keyOf(owner), power }
  }),
  name.map(owner => ({ subject: 'appeal', publicKey: keyOf(owner) })),
  fc.constantFrom('validator', 'member', 'restore').map(penalty => {
    return { subject: 'params', module: 'governance', changes: { penalty } }
  }),
)
const step = fc.record({
  acts: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ name, verb: fc.constant('propose'), body: proposal }) },
      {
        weight: 6,
        arbitrary: fc.record({
          name,
          verb: fc.constant('vote'),
          body: fc.record({ id: fc.integer({ min: 1, max: 8 }), choice }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ name, verb: fc.constant('leave'), body: fc.constant({}) }) },
      { weight: 1, arbitrary: fc.record({ name, verb: fc.constant('apply'), body: fc.constant({ note: '' }) }) },
    ),
    { maxLength: 6 },
  ),
  accused: fc.option(name, { nil: undefined }),
  waitMs: fc.constantFrom(1000, 1000, 30_000, 90_000),
})

/** A consortium with short periods. */
const found = () => {
  const rule = 'power 1/2 of all quorum 0/1 within 60000'
  const rules = Object.fromEntries(
    ['admit', 'remove', 'validator', 'params', 'rules', 'appeal'].map(key => [key, rule]),
  )
  const params = { governance: { ...rules, noticeMs: 45_000, keepMs: 120_000 } }
  return new TestConsortium(consortiumOf({ issuer: 10, client: 10, provider: 5, relay: 0 }, params))
}

describe('consortium', () => {
  it('keeps its sums, and the engine that follows the updates has the set of the ledger', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), steps => {
        const ledger = found()
        const engine = new Map(
          ledger.ask<{ publicKey: string; power: number }[]>('validators').map(one => [one.publicKey, one.power]),
        )
        const votes = new Map<string, string>()
        for (const { acts, accused, waitMs } of steps) {
          const txs = acts.map(act => ledger.tx(act.name, `governance/${act.verb}`, act.body))
          // Invariants run after every block.
          const before = ledger.height
          if (accused !== undefined) update(engine, ledger.accuse(accused, before))
          const block = ledger.block(txs, waitMs)
          update(engine, block)
          countOnce(votes, block)
          const set = ledger.ask<{ publicKey: string; power: number }[]>('validators')
          expect(new Map(set.map(one => [one.publicKey, one.power]))).toEqual(engine)
          expect(engine.size).toBeGreaterThan(0)
        }
      }),
      { numRuns: 120 },
    )
  })

  it('decides the same early as it would at the end, whatever the missing votes are', () => {
    const fraction = fc.tuple(fc.nat(9), fc.integer({ min: 10, max: 12 }))
    const by = fc.constantFrom('all', 'cast')
    const weights = fc.array(fc.record({ weight: fc.nat(40), choice }), { minLength: 1, maxLength: 7 })
    let early = 0
    fc.assert(
      fc.property(fraction, fraction, by, weights, fc.nat(6), ([num, den], [q, r], of, all, known) => {
        const rule = parseRule(`power ${num}/${den} of ${of} quorum ${q}/${r} within 60000`)
        if (rule === undefined) throw new Error('a rule of these parts reads')
        const tally = (list: typeof all) => {
          const sum = (wanted: string) =>
            list.filter(one => one.choice === wanted).reduce((total, one) => total + BigInt(one.weight), 0n)
          return { yes: sum('yes'), no: sum('no'), abstain: sum('abstain') }
        }
        const whole = all.reduce((total, one) => total + BigInt(one.weight), 0n)
        const soon = outcomeOf(rule, { ...tally(all.slice(0, known)), all: whole }, false)
        const end = outcomeOf(rule, { ...tally(all), all: whole }, true)
        expect(end).toBeDefined()
        if (soon === undefined) return
        early++
        expect(soon).toBe(end)
      }),
      { numRuns: 2000 },
    )
    expect(early).toBeGreaterThan(100)
  })
})

function update(engine: Map<string, number>, block: BlockResult): void {
  const updates = block.validatorUpdates ?? []
  expect(new Set(updates.map(one => one.publicKey)).size).toBe(updates.length)
  for (const { publicKey, power } of updates) {
    // What engines stop at: removing a key they do not have.
    if (power === 0) expect(engine.delete(publicKey)).toBe(true)
    else engine.set(publicKey, power)
  }
}

function countOnce(votes: Map<string, string>, block: BlockResult): void {
  for (const event of block.results.flatMap(result => result.events)) {
    if (event.type !== 'governance/voted') continue
    const key = `${event.id}/${event.by}`
    expect(votes.has(key)).toBe(false)
    votes.set(key, String(event.choice))
  }
}
