import { beforeEach, describe, expect, it, vi } from 'vitest'
import { unpackBundle } from './application/index.js'
import { Outbox } from './outbox.js'

/** What CometBFT was given, and what it answers to the next ones; nothing = taken. */
let given: string[] = []
let answers: (string | Error | undefined)[] = []
let refused: { texts: readonly string[]; why: string }[] = []
let outbox: Outbox

beforeEach(() => {
  given = []
  answers = []
  refused = []
  const submit = async (text: string) => {
    given.push(text)
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
  outbox = new Outbox({ rpc: { submit }, onRefused: (texts, why) => refused.push({ texts, why }) })
})

const names = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`)
const handedOver = () => given.flatMap(text => unpackBundle(text) ?? [])
const all = (count: number) => vi.waitFor(() => expect(handedOver()).toHaveLength(count), 5_000)

describe('the outbox', () => {
  it('hands over one alone as it is, and many together in their order', async () => {
    outbox.push('alone')
    await all(1)
    expect(given).toEqual(['alone'])
    for (const name of names(300)) outbox.push(name)
    await all(301)
    expect(handedOver()).toEqual(['alone', ...names(300)])
    expect(given.length).toBeLessThan(1 + 6)
  })

  it('tells of every transaction of a bundle that is not taken', async () => {
    answers = ['mempool is full']
    outbox.push('a', 'b')
    await vi.waitFor(() => expect(refused).toEqual([{ texts: ['a', 'b'], why: 'mempool is full' }]))
    expect(given).toEqual(['a\nb'])
  })

  it('comes again with what nobody answered for, and with what a node takes when it has caught up', async () => {
    answers = [new Error('connection refused'), 'the node is catching up']
    outbox.push('a', 'b')
    await all(6)
    expect(given).toEqual(['a\nb', 'a\nb', 'a\nb'])
    expect(refused).toEqual([])
  })

  it('forgets what it holds when the engine has ended', async () => {
    outbox.push('a')
    outbox.clear()
    outbox.push('b')
    await all(1)
    answers = [new Error('gone')]
    outbox.push('c')
    await all(2)
    outbox.clear()
    await new Promise(resolve => setTimeout(resolve, 700))
    expect(given).toEqual(['b', 'c'])
  })
})
