import { randomBytes } from 'node:crypto'
import { MAX_CHARS } from '@conet/core/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { bundle, Mempool, newcomer, payer } from '../testing/index.js'

const alice = payer('alice')
const bob = payer('bob')

let node: Mempool
beforeEach(async () => {
  node = await Mempool.open([alice.did, bob.did])
})

/** The same message with a signature of somebody else. */
const forge = (text: string) => {
  const other = bob.pay(alice.did, 1)
  return text.slice(0, text.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
}

describe('a bundle', () => {
  it('goes into the block of the ledger member by member, with one result for CometBFT', async () => {
    const txs = Array.from({ length: 5 }, () => alice.pay(bob.did, 1))
    const [first = '', ...others] = txs
    const whole = bundle(...others)
    expect(await node.check(first)).toEqual({ code: 0 })
    expect(await node.check(whole)).toEqual({ code: 0 })
    const proposed = await node.propose(first, whole)
    expect(proposed).toEqual([first, whole])
    expect(await node.accepts(...proposed)).toBe(true)
    expect(await node.decide(...proposed)).toEqual([0, 0])
    expect(node.committed[0]?.txs).toEqual(txs)
    expect(node.committed[0]?.result.results.map(result => result.code)).toEqual(txs.map(() => 'OK'))
  })

  it('travels as it came if all of it may be in the block, also if its lines are plain, and no block holds too many', async () => {
    const txs = Array.from({ length: 20 }, () => alice.pay(bob.did, 1))
    const [plain, whole] = [txs.join('\n'), bundle(...txs)]
    expect(whole.length).toBeLessThan(plain.length / 2)
    expect(await node.check(whole)).toEqual({ code: 0 })
    expect(await node.propose(plain)).toEqual([plain])
    expect(await node.accepts(plain)).toBe(true)
    expect(await node.accepts(...Array<string>(200).fill(whole))).toBe(true)
    expect(await node.accepts(...Array<string>(201).fill(whole))).toBe(false)
    expect(await node.accepts(...Array<string>(4_001).fill(txs[0] ?? ''))).toBe(false)
    expect(await node.decide(plain)).toEqual([0])
    expect(node.committed[0]?.txs).toEqual(txs)
  })

  it('stays out of a proposal that is full as CometBFT counts, with the length of each text', async () => {
    const pairs = Array.from({ length: 20 }, () => [alice.pay(bob.did, 1), alice.pay(bob.did, 2)] as const)
    await node.propose()
    await node.decide(bundle(...pairs.map(([first]) => first)))
    const left = pairs.map(([, second]) => second)
    node.maxTxBytes = left.join('').length
    const proposed = await node.propose(...pairs.map(pair => bundle(...pair)))
    expect(proposed).toEqual(left.slice(0, 19))
  })

  it('is decided alike by a node that has never seen it', async () => {
    const whole = bundle(alice.pay(bob.did, 1), alice.pay(bob.did, 5_000), bob.pay(alice.did, 2))
    expect(await node.accepts(whole)).toBe(false)
    node.engineHeight = 2
    expect(await node.accepts(whole)).toBe(true)
    expect(await node.decide(whole)).toEqual([0])
    expect(node.committed[0]?.result.results.map(result => result.code)).toEqual(['OK', 'BALANCE_SHORT', 'OK'])
  })

  it('with a forged member is refused whole, and its honest members commit when they come again', async () => {
    const [mine, his, yours] = [alice.pay(bob.did, 1), bob.pay(alice.did, 1), alice.pay(bob.did, 2)]
    const bad = forge(his)
    const hostile = bundle(mine, bad, yours)
    expect(await node.check(hostile)).toMatchObject({ code: 1, codespace: 'SIGNATURE_INVALID' })
    expect([...node.refused].map(([text, { code }]) => [text, code])).toEqual([[bad, 'SIGNATURE_INVALID']])
    expect(node.dropped).toEqual([mine, yours])
    node.engineHeight = 2
    expect(await node.accepts(hostile)).toBe(false)
    await expect(node.decide(hostile)).rejects.toMatchObject({ code: 'BLOCK_MALFORMED' })
    const again = bundle(mine, his, yours)
    expect(await node.check(again)).toEqual({ code: 0 })
    expect(await node.decide(...(await node.propose(hostile, again)))).toHaveLength(2)
    expect(node.committed[0]?.txs).toEqual([mine, yours, his])
  })

  it('is refused whole for a member that is too large, empty, foreign or asks for a block', async () => {
    const good = alice.pay(bob.did, 1)
    const large = `a.${'x'.repeat(MAX_CHARS['conet-tx+jwt'])}.b`
    expect(await node.check(large)).toMatchObject({ codespace: 'ENVELOPE_TOO_LARGE' })
    expect(await node.check(bundle(good, large))).toMatchObject({ codespace: 'ENVELOPE_TOO_LARGE' })
    for (const odd of ['rubbish', 'a.b.c', 'conet-wake/1', randomBytes(40).toString('latin1').replaceAll('\n', '')]) {
      expect(await node.check(`${good}\n${odd}`)).toMatchObject({ code: 1, codespace: 'ENVELOPE_MALFORMED' })
    }
    for (const odd of [`${good}\n`, `\n${good}`, Array(200).fill(good).join('\n')]) {
      expect(await node.check(odd)).toMatchObject({ code: 1, codespace: 'ENVELOPE_MALFORMED' })
    }
    node.engineHeight = 2
    expect(await node.accepts(`${good}\nrubbish`)).toBe(false)
    expect(await node.accepts(`${good}\n`)).toBe(false)
  })

  it('waits as long as one of its members is worth it', async () => {
    const [a, b, c] = [alice.pay(bob.did, 1), alice.pay(bob.did, 2), alice.pay(bob.did, 3)]
    const whole = bundle(a, b, c)
    expect(await node.check(whole)).toEqual({ code: 0 })
    await node.propose()
    await node.decide(a, b)
    expect(await node.recheck(whole)).toEqual({ code: 0 })
    expect([...node.refused.values()].map(({ code }) => code)).toEqual(['REPLAYED', 'REPLAYED'])
    expect(await node.propose(whole)).toEqual([c])
    await node.decide(c)
    expect(await node.recheck(whole)).toMatchObject({ code: 1, codespace: 'REPLAYED' })
    expect(node.refused.get(c)?.code).toBe('REPLAYED')
  })

  it('tells of a member that expired meanwhile, and is let go with its last one', async () => {
    const [a, b] = [alice.pay(bob.did, 1, 10), alice.pay(bob.did, 2)]
    const whole = bundle(a, b)
    expect(await node.check(whole)).toEqual({ code: 0 })
    node.nowMs += 20_000
    expect(await node.recheck(whole)).toEqual({ code: 0 })
    expect([...node.refused].map(([text, { code }]) => [text, code])).toEqual([[a, 'EXPIRED']])
    expect(await node.propose(whole)).toEqual([b])
    node.nowMs += 600_000
    expect(await node.recheck(whole)).toMatchObject({ code: 1, codespace: 'EXPIRED' })
    expect(node.refused.get(b)?.code).toBe('EXPIRED')
    expect(node.dropped).toEqual([])
  })

  it('gives up a member that another bundle has brought into the same block or an earlier one', async () => {
    const [a, b, c, d] = [1, 2, 3, 4].map(amount => alice.pay(bob.did, amount)) as [string, string, string, string]
    const [mine, yours, late] = [bundle(a, b), bundle(b, c), bundle(c, d)]
    for (const text of [mine, yours, late]) expect(await node.check(text)).toEqual({ code: 0 })
    expect(await node.propose(mine, yours)).toEqual([mine, c])
    await node.decide(mine, c)
    expect(await node.propose(yours, late)).toEqual([d])
    await node.decide(d)
    expect(node.committed.flatMap(block => block.txs)).toEqual([a, b, c, d])
    for (const text of [mine, yours, late]) expect(await node.recheck(text)).toMatchObject({ code: 1 })
  })

  it('holds nothing that was called expired, although the time of its block is behind', async () => {
    const [a, b] = [alice.pay(bob.did, 1, 2), alice.pay(bob.did, 2)]
    const whole = bundle(a, b)
    expect(await node.check(whole)).toEqual({ code: 0 })
    node.blockMs = node.nowMs
    node.nowMs += 5_000
    expect(await node.recheck(whole)).toEqual({ code: 0 })
    expect([...node.refused].map(([text, { code }]) => [text, code])).toEqual([[a, 'EXPIRED']])
    expect(await node.propose(whole)).toEqual([b])
  })

  it('waits without a member whose signer this node does not know yet, and with it from the next block on', async () => {
    const { joining, payer: carol } = newcomer('carol')
    const [first, mine, later] = [carol.pay(bob.did, 1), alice.pay(bob.did, 1), alice.pay(bob.did, 2)]
    const whole = bundle(mine, first, later)
    expect(await node.check(whole)).toEqual({ code: 0 })
    expect(node.dropped).toEqual([])
    expect(await node.propose(whole)).toEqual([bundle(mine, later)])
    expect(await node.accepts(whole)).toBe(false)
    expect(await node.decide(joining)).toEqual([0])
    expect(await node.recheck(whole)).toEqual({ code: 0 })
    expect(await node.propose(whole)).toEqual([whole])
    expect(await node.accepts(whole)).toBe(true)
  })

  it('keeps the others when a signer leaves, and goes when nothing else is left', async () => {
    const { joining, payer: carol } = newcomer('carol')
    await node.propose()
    await node.decide(joining)
    const [hers, mine] = [carol.pay(bob.did, 1), alice.pay(bob.did, 1)]
    const whole = bundle(hers, mine)
    expect(await node.check(whole)).toEqual({ code: 0 })
    await node.decide(carol.send('identity/deactivate', { did: carol.did, version: 2 }))
    expect(await node.recheck(whole)).toEqual({ code: 0 })
    expect([...node.refused].map(([text, { code }]) => [text, code])).toEqual([[hers, 'SIGNER_REVOKED']])
    expect(await node.propose(whole)).toEqual([mine])
    await node.decide(mine)
    expect(await node.recheck(whole)).toMatchObject({ code: 1, codespace: 'REPLAYED' })
  })

  it('with an unknown signer and a forged member is refused whole', async () => {
    const [unknown, mine] = [newcomer('carol').payer.pay(bob.did, 1), alice.pay(bob.did, 1)]
    expect(await node.check(bundle(unknown, mine, forge(bob.pay(alice.did, 1))))).toMatchObject({ code: 1 })
    expect(node.dropped).toEqual([mine])
  })
})
