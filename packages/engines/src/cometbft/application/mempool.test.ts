import { randomBytes } from 'node:crypto'
import type { TxResult } from '@conet/core/ledger'
import { MAX_CHARS } from '@conet/core/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import type { CommittedBlock } from '../../contract.js'
import { openReplica, type Replica } from '../../replica/index.js'
import { verifyInPlace } from '../../verify/index.js'
import { payer, walletGenesis } from '../testing/index.js'
import { Admission } from './admission.js'
import { Blocks } from './blocks.js'
import { packBundles } from './bundle.js'
import { TxBook } from './tx-book.js'

/** One node's answers to CometBFT, which is played by the tests: what waits, what is proposed, what a decided block does. */

const NEW = 0
const AGAIN = 1
const ACCEPT = 1
const alice = payer('alice')
const bob = payer('bob')

let replica: Replica
let admission: Admission
let blocks: Blocks
let nowMs = 0
let engineHeight = 1
const refused = new Map<string, TxResult>()
let dropped: string[] = []
const committed: CommittedBlock[] = []

beforeEach(async () => {
  replica = await openReplica({ genesis: walletGenesis([alice.did, bob.did]) })
  nowMs = Date.now()
  engineHeight = 1
  refused.clear()
  dropped = []
  committed.length = 0
  const { app } = replica
  const clock = () => nowMs
  const book = new TxBook(app, verifyInPlace(), clock)
  admission = new Admission({
    ...{ app, book, clock },
    onRefused: (text, result) => refused.set(text, result),
    onDropped: texts => dropped.push(...texts),
  })
  const ran = () => new Set(committed.flatMap(block => block.result.results.map(result => result.hash)))
  blocks = new Blocks({
    ...{ replica, book, clock },
    hasRun: hash => ran().has(hash),
    onCommitted: block => committed.push(block),
    commit: block => replica.commit(block),
  })
})

const bytesOf = (text: string) => Buffer.from(text, 'latin1')
const check = async (text: string, type = NEW) => await admission.check({ tx: bytesOf(text), type })
const bundle = (...texts: string[]) => {
  const [only = '', ...rest] = packBundles(texts)
  expect(rest).toEqual([])
  return only
}
/** The same message with a signature of somebody else. */
const forge = (text: string) => {
  const other = bob.pay(alice.did, 1)
  return text.slice(0, text.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
}
const header = () => ({ height: BigInt(engineHeight), time: { seconds: BigInt(Math.floor(nowMs / 1000)), nanos: 0 } })

async function propose(...texts: string[]): Promise<string[]> {
  engineHeight += 1
  const { txs } = await blocks.prepare({ ...header(), txs: texts.map(bytesOf), maxTxBytes: 2_000_000n })
  return txs.map(tx => Buffer.from(tx).toString('latin1'))
}

const accepts = async (...texts: string[]) =>
  (await blocks.process({ ...header(), txs: texts.map(bytesOf), misbehavior: [] })).status === ACCEPT

/** Decides the texts as they are. @returns the code of each result */
async function decide(...texts: string[]): Promise<number[]> {
  const { txResults } = await blocks.finalize({ ...header(), txs: texts.map(bytesOf), misbehavior: [] })
  await blocks.commit()
  return txResults.map(result => result.code)
}

describe('a bundle', () => {
  it('goes into the block of the ledger member by member, with one result for CometBFT', async () => {
    const txs = Array.from({ length: 5 }, () => alice.pay(bob.did, 1))
    const [first = '', ...others] = txs
    const whole = bundle(...others)
    expect(await check(first)).toEqual({ code: 0 })
    expect(await check(whole)).toEqual({ code: 0 })
    const proposed = await propose(first, whole)
    expect(proposed).toEqual([first, whole])
    expect(await accepts(...proposed)).toBe(true)
    expect(await decide(...proposed)).toEqual([0, 0])
    expect(committed[0]?.txs).toEqual(txs)
    expect(committed[0]?.result.results.map(result => result.code)).toEqual(txs.map(() => 'OK'))
  })

  it('is decided alike by a node that has never seen it', async () => {
    const whole = bundle(alice.pay(bob.did, 1), alice.pay(bob.did, 5_000), bob.pay(alice.did, 2))
    expect(await accepts(whole)).toBe(false)
    engineHeight = 2
    expect(await accepts(whole)).toBe(true)
    expect(await decide(whole)).toEqual([0])
    expect(committed[0]?.result.results.map(result => result.code)).toEqual(['OK', 'BALANCE_SHORT', 'OK'])
  })

  it('with a forged member is refused whole, and its honest members commit when they come again', async () => {
    const [mine, his, yours] = [alice.pay(bob.did, 1), bob.pay(alice.did, 1), alice.pay(bob.did, 2)]
    const bad = forge(his)
    const hostile = bundle(mine, bad, yours)
    expect(await check(hostile)).toMatchObject({ code: 1, codespace: 'SIGNATURE_INVALID' })
    expect([...refused].map(([text, { code }]) => [text, code])).toEqual([[bad, 'SIGNATURE_INVALID']])
    expect(dropped).toEqual([mine, yours])
    engineHeight = 2
    expect(await accepts(hostile)).toBe(false)
    await expect(decide(hostile)).rejects.toMatchObject({ code: 'BLOCK_MALFORMED' })
    const again = bundle(mine, his, yours)
    expect(await check(again)).toEqual({ code: 0 })
    expect(await decide(...(await propose(hostile, again)))).toHaveLength(2)
    expect(committed[0]?.txs).toEqual([mine, yours, his])
  })

  it('is refused whole for a member that is too large, empty, foreign or asks for a block', async () => {
    const good = alice.pay(bob.did, 1)
    const large = `a.${'x'.repeat(MAX_CHARS['conet-tx+jwt'])}.b`
    expect(await check(large)).toMatchObject({ codespace: 'ENVELOPE_TOO_LARGE' })
    expect(await check(bundle(good, large))).toMatchObject({ codespace: 'ENVELOPE_TOO_LARGE' })
    for (const odd of ['rubbish', 'a.b.c', 'conet-wake/1', randomBytes(40).toString('latin1').replaceAll('\n', '')]) {
      expect(await check(`${good}\n${odd}`)).toMatchObject({ code: 1, codespace: 'ENVELOPE_MALFORMED' })
    }
    for (const odd of [`${good}\n`, `\n${good}`, Array(200).fill(good).join('\n')]) {
      expect(await check(odd)).toMatchObject({ code: 1, codespace: 'ENVELOPE_MALFORMED' })
    }
    engineHeight = 2
    expect(await accepts(`${good}\nrubbish`)).toBe(false)
    expect(await accepts(`${good}\n`)).toBe(false)
  })

  it('waits as long as one of its members is worth it', async () => {
    const [a, b, c] = [alice.pay(bob.did, 1), alice.pay(bob.did, 2), alice.pay(bob.did, 3)]
    const whole = bundle(a, b, c)
    expect(await check(whole)).toEqual({ code: 0 })
    await propose()
    await decide(a, b)
    expect(await check(whole, AGAIN)).toEqual({ code: 0 })
    expect([...refused.values()].map(({ code }) => code)).toEqual(['REPLAYED', 'REPLAYED'])
    expect(await propose(whole)).toEqual([c])
    await decide(c)
    expect(await check(whole, AGAIN)).toMatchObject({ code: 1, codespace: 'REPLAYED' })
    expect(refused.get(c)?.code).toBe('REPLAYED')
  })

  it('tells of a member that expired meanwhile, and is let go with its last one', async () => {
    const [a, b] = [alice.pay(bob.did, 1, 10), alice.pay(bob.did, 2)]
    const whole = bundle(a, b)
    expect(await check(whole)).toEqual({ code: 0 })
    nowMs += 20_000
    expect(await check(whole, AGAIN)).toEqual({ code: 0 })
    expect([...refused].map(([text, { code }]) => [text, code])).toEqual([[a, 'EXPIRED']])
    expect(await propose(whole)).toEqual([b])
    nowMs += 600_000
    expect(await check(whole, AGAIN)).toMatchObject({ code: 1, codespace: 'EXPIRED' })
    expect(refused.get(b)?.code).toBe('EXPIRED')
    expect(dropped).toEqual([])
  })

  it('gives up a member that another bundle has brought into the same block or an earlier one', async () => {
    const [a, b, c, d] = [1, 2, 3, 4].map(amount => alice.pay(bob.did, amount)) as [string, string, string, string]
    const [mine, yours, late] = [bundle(a, b), bundle(b, c), bundle(c, d)]
    for (const text of [mine, yours, late]) expect(await check(text)).toEqual({ code: 0 })
    expect(await propose(mine, yours)).toEqual([mine, c])
    await decide(mine, c)
    expect(await propose(yours, late)).toEqual([d])
    await decide(d)
    expect(committed.flatMap(block => block.txs)).toEqual([a, b, c, d])
    for (const text of [mine, yours, late]) expect(await check(text, AGAIN)).toMatchObject({ code: 1 })
  })
})
