import { beforeEach, describe, expect, it } from 'vitest'
import { bundle, Mempool, payer } from '../testing/index.js'
import { MAX_BUNDLE_TXS } from './bundle.js'

/** Vouchers leave no replay mark (LED-15): what ran is known to their module, and to this node until it forgets. */

const DAY_MS = 86_400_000
const alice = payer('alice')
const bob = payer('bob')

let node: Mempool
beforeEach(async () => {
  node = await Mempool.open([alice.did, bob.did])
})

describe('a voucher', () => {
  it('in two bundles is paid once, and the second goes when nothing in it is left', async () => {
    const [voucher, mine, yours] = [alice.promise(bob.did, 5), alice.pay(bob.did, 1), bob.pay(alice.did, 1)]
    const [first, second] = [bundle(mine, voucher), bundle(voucher, yours)]
    expect([await node.check(first), await node.check(second)]).toEqual([{ code: 0 }, { code: 0 }])
    const proposed = await node.propose(first, second)
    expect(proposed).toEqual([first, yours])
    await node.decide(...proposed)
    expect(node.codes()).toEqual([['OK', 'OK', 'OK']])
    for (const text of [first, second]) expect(await node.recheck(text)).toMatchObject({ code: 1 })
    expect(node.refused.get(voucher)?.code).toBe('NOTHING_NEW')
  })

  it('that ran leaves the mempool also with company that expired, and of a node that has forgotten it', async () => {
    const [voucher, late] = [alice.promise(bob.did, 5), alice.pay(bob.did, 1)]
    const both = bundle(voucher, late)
    expect(await node.check(both)).toEqual({ code: 0 })
    await node.propose()
    await node.decide(voucher)
    expect(await node.recheck(both)).toEqual({ code: 0 })
    expect(await node.propose(both)).toEqual([late])
    node.nowMs += DAY_MS
    node.results.clear()
    expect(await node.recheck(both)).toMatchObject({ code: 1, codespace: 'EXPIRED' })
    expect(node.refused.get(voucher)?.code).toBe('NOTHING_NEW')
    expect(await node.recheck(voucher)).toMatchObject({ code: 1, codespace: 'NOTHING_NEW' })
  })

  it('that still pays stays, whatever ran or expired beside it', async () => {
    const [ran, late, good] = [alice.promise(bob.did, 1), alice.pay(bob.did, 1, 10), alice.promise(bob.did, 2)]
    const all = bundle(ran, late, good)
    expect(await node.check(all)).toEqual({ code: 0 })
    await node.propose()
    await node.decide(ran)
    node.nowMs += 60_000
    expect(await node.recheck(all)).toEqual({ code: 0 })
    expect(await node.propose(all)).toEqual([good])
    await node.decide(good)
    expect(await node.recheck(all)).toMatchObject({ code: 1 })
  })

  it('that is below what was settled meanwhile is let go, and its waiter told', async () => {
    const sid = 'ab'.repeat(16)
    const [low, high] = [alice.promise(bob.did, 3, sid), alice.promise(bob.did, 4, sid)]
    expect(await node.check(low)).toEqual({ code: 0 })
    await node.propose()
    await node.decide(high)
    expect(await node.recheck(low)).toMatchObject({ code: 1, codespace: 'VOUCHER_BELOW' })
    expect(node.refused.get(low)?.code).toBe('VOUCHER_BELOW')
  })

  it('in any number of bundles keeps no later transaction from its block', async () => {
    const vouchers = Array.from({ length: MAX_BUNDLE_TXS }, () => alice.promise(bob.did, 1))
    const turned = Array.from({ length: 33 }, (_, i) => bundle(...vouchers.slice(i), ...vouchers.slice(0, i)))
    const honest = alice.pay(bob.did, 1)
    for (const text of [...turned, honest]) expect(await node.check(text)).toEqual({ code: 0 })
    const [first = '', ...others] = turned
    expect(await node.propose(...turned, honest)).toEqual([first, honest])
    await node.decide(first)
    expect(await node.propose(...others, honest)).toEqual([honest])
    for (const text of others) expect(await node.recheck(text)).toMatchObject({ codespace: 'NOTHING_NEW' })
  })
})
