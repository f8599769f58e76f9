import { expect, it } from 'vitest'
import { accepted, LIFE_S } from './transactions.js'

it.each([
  ['EXP_TOO_FAR', { exp: 7_200 + LIFE_S, blockTimeMs: 3_600_000 }, /clock is 60 minutes ahead of the ledger's/],
  ['PAYLOAD_MALFORMED', { field: 'name' }, /its name is wrong/],
  ['BALANCE_SHORT', { due: 7 }, /see the data/],
])('says what to do about %s', (code, data, advice) => {
  const result = { hash: 'h', code, data, events: [] }
  expect(() => accepted(result, 'the identity')).toThrow(advice)
})
