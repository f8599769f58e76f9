import type { TxResult } from '@conet/core/ledger'
import { expect, it } from 'vitest'
import { Outcomes } from './outcomes.js'

const result = (code: string): TxResult => ({ hash: 'a', code, data: {}, events: [] })

it.each([
  [['OK', 'REPLAYED'], 'OK'],
  [['OK', 'NOTHING_NEW'], 'OK'],
  [['BALANCE_SHORT', 'REPLAYED'], 'BALANCE_SHORT'],
  [['EXP_TOO_FAR', 'OK', 'REPLAYED'], 'OK'],
  [['EXP_TOO_FAR', 'BALANCE_SHORT'], 'BALANCE_SHORT'],
  [['REPLAYED'], 'REPLAYED'],
])('of %j in turn it is %s that counts', (codes, counts) => {
  const outcomes = new Outcomes(10)
  for (const code of codes) outcomes.add(result(code))
  expect(outcomes.get('a')?.code).toBe(counts)
})
