import { expect, it } from 'vitest'
import type { CommittedBlock } from '../contract.js'
import { tinySigner, tinyTx } from '../testing/index.js'
import { decodeBlock, encodeBlock, encodeDecodedBlock } from './index.js'

const hash = '0'.repeat(64)
const texts = ['a', 'b', 'c'].map(key => tinyTx(tinySigner('alice'), key, { key, value: 'with "quotes"' }))

function blockOf(txs: readonly string[], more: object = {}): CommittedBlock {
  const results = txs.map(() => ({ hash, code: 'OK', data: {}, events: [{ type: 'x/y', text: '"txs":["ü\n' }] }))
  return { height: 7, timeMs: 8, txs, result: { height: 7, timeMs: 8, results, scheduled: [], appHash: hash }, ...more }
}

it.each([
  ['no transaction', blockOf([])],
  ['one', blockOf(texts.slice(0, 1))],
  ['several', blockOf(texts)],
  ['more members', blockOf(texts, { engineHeight: 9 })],
])('writes the same text as the general way: %s', (_, block) => {
  const text = encodeDecodedBlock(block)
  expect(text).toBe(encodeBlock(block))
  expect(decodeBlock(text)).toEqual(block)
})
