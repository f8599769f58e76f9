import { expect, it } from 'vitest'
import { blockPieces, decodeBlock, encodeBlock, evidenceOf } from './index.js'

const appHash = 'a'.repeat(64)
const fault = { kind: 'duplicate-vote', validator: 'b'.repeat(40), height: 3, timeMs: 5, totalPower: 40 } as const
const block = { height: 4, timeMs: 9, txs: [], result: { height: 4, timeMs: 9, results: [], scheduled: [], appHash } }

it('carries evidence with a block, and nothing where there is none', () => {
  const proven = { ...block, evidence: [fault] }
  expect(decodeBlock(encodeBlock(proven))).toEqual(proven)
  expect(decodeBlock(encodeBlock(block))).toEqual(block)
  expect(evidenceOf(proven)).toEqual({ evidence: [fault] })
  expect(evidenceOf({ evidence: [] })).toEqual({})
  expect(evidenceOf({})).toEqual({})
})

it.each([0, 1, 64, 65, 200])('writes a block of %i transactions in pieces that make up its text', count => {
  const txs = Array.from({ length: count }, (_, i) => `h${i}.p-_.s`)
  const results = txs.map(hash => ({
    hash,
    code: 'OK',
    data: {},
    events: [{ type: 'a/b', name: 'Zoë "results":[ 😀' }],
  }))
  const full = { ...block, txs, evidence: [fault], result: { ...block.result, results }, engineHeight: 9 }
  expect(blockPieces(full).join('')).toBe(encodeBlock(full))
})

it.each([
  'all',
  [{ ...fault, kind: 'rudeness' }],
  [{ ...fault, validator: 'b'.repeat(39) }],
  [{ ...fault, height: -1 }],
  [{ ...fault, timeMs: 1.5 }],
  [{ ...fault, totalPower: '40' }],
  [null],
])('refuses a block whose evidence is %j', evidence => {
  expect(() => decodeBlock(JSON.stringify({ ...block, evidence }))).toThrow(
    expect.objectContaining({ code: 'BLOCK_MALFORMED' }),
  )
})
