import { describe, expect, it } from 'vitest'
import type { Consortium } from './consortium.js'
import { Books, checkAll } from './invariants.js'
import type { Load, Receipt } from './load.js'
import { type Fault, momentsOf, nodesOf, randomManifest } from './manifest.js'
import { FUNDS } from './place.js'

interface Shown {
  readonly appHash: string
  readonly txs: readonly string[]
}

/** A node that shows these blocks; each transaction moves one micro-credit into the sink. */
function showing(name: string, shown: readonly Shown[], balances: Readonly<Record<string, bigint>> = {}) {
  const blocks = shown.map(({ appHash, txs }, i) => ({
    height: i + 1,
    timeMs: i,
    txs,
    result: { appHash, results: txs.map(hash => ({ hash, code: 'OK' })) },
  }))
  return {
    ...{ name, did: 'owner' },
    blocks: async (from: number) => blocks.slice(from - 1, from + 1),
    balance: async (owner: string) => balances[owner] ?? 0n,
  }
}

type Fake = ReturnType<typeof showing>

async function violations(
  members: readonly Fake[],
  sent: Readonly<Record<string, Receipt>>,
): Promise<readonly string[]> {
  const books = new Books()
  const entries = Object.entries(sent).map(([hash, receipt]) => [hash, { amount: 1n, receipt, code: '' }] as const)
  const consortium = { running: members, members: new Map([['v1', { did: 'owner' }]]), senders: [] }
  const load = { sent: new Map(entries), sink: 'sink' }
  await checkAll(consortium as unknown as Consortium, load as unknown as Load, books)
  return books.violations
}

const GOOD: readonly Shown[] = [
  { appHash: 'a', txs: ['t1'] },
  { appHash: 'b', txs: [] },
  { appHash: 'c', txs: ['t2'] },
]
const MONEY = { sink: 2n, owner: FUNDS - 2n }

describe('what must hold', () => {
  it('holds for nodes that agree, whatever the senders of unanswered transfers guess', async () => {
    const members = ['v1', 'v2'].map(name => showing(name, GOOD, MONEY))
    expect(await violations(members, { t1: 'accepted', t2: 'unknown', t3: 'unknown' })).toEqual([])
  })

  it.each([
    ['another app hash', [GOOD[0], { appHash: 'x', txs: [] }, GOOD[2]]],
    ['another transaction', [GOOD[0], { appHash: 'b', txs: ['t9'] }, GOOD[2]]],
  ])('sees a fork: %s', async (_, other) => {
    const members = [showing('v1', GOOD, MONEY), showing('v2', other as Shown[], MONEY)]
    expect(await violations(members, { t1: 'accepted', t2: 'accepted' })).toContainEqual(
      'fork: v2 and v1 have different blocks 2',
    )
  })

  it('sees a fork of one node with its own past', async () => {
    const books = new Books()
    await books.read(showing('v1', GOOD) as never)
    await books.read(showing('v1', [{ appHash: 'z', txs: [] }]) as never, true)
    expect(books.violations).toEqual(['fork: v1 and v1 have different blocks 1'])
  })

  it('sees what was accepted and lost, and what was carried out twice', async () => {
    const twice = [...GOOD, { appHash: 'd', txs: ['t1'] }]
    const seen = await violations([showing('v1', twice, MONEY)], { t1: 'accepted', t2: 'accepted', t3: 'accepted' })
    expect(seen).toContainEqual(expect.stringMatching(/^lost: t3/))
    expect(seen).toContainEqual('t1 was carried out in block 1 and again in 4')
  })

  it('sees money that was made, and money that no block moved', async () => {
    const sent = { t1: 'accepted', t2: 'accepted' } as const
    const made = await violations([showing('v1', GOOD, { ...MONEY, owner: FUNDS })], sent)
    expect(made).toEqual([expect.stringMatching(/^value: v1 counts/)])
    const moved = await violations([showing('v1', GOOD, { sink: 3n, owner: FUNDS - 3n })], sent)
    expect(moved).toEqual([expect.stringMatching(/^value: v1 gave 3/)])
  })
})

describe('a network as data', () => {
  it('follows from its seed, and never has one node in two faults at once', () => {
    for (let seed = 0; seed < 200; seed++) {
      const network = randomManifest(seed, 6)
      expect(network).toEqual(randomManifest(seed, 6))
      const names = nodesOf(network)
      const open = new Map<string, Fault>()
      for (const { begin, heal } of momentsOf(network)) {
        for (const { node } of heal) open.delete(node)
        for (const fault of begin) {
          expect(names).toContain(fault.node)
          expect(open.has(fault.node)).toBe(false)
          open.set(fault.node, fault)
        }
      }
      expect(open.size).toBe(0)
    }
    expect(randomManifest(1)).not.toEqual(randomManifest(2))
  })
})
