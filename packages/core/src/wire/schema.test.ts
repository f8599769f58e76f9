import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_AMOUNT } from '../units/index.js'
import {
  AmountText,
  closed,
  compileSchema,
  DidText,
  HashText,
  NonceText,
  parser,
  Type,
  UnixMillisInt,
} from './index.js'

const Payment = closed({
  to: DidText,
  amount: AmountText,
  hash: HashText,
  nonce: NonceText,
  at: UnixMillisInt,
  shares: Type.Array(closed({ bps: Type.Integer() })),
})
const payment = {
  to: 'did:key:z6Mk',
  amount: '42',
  hash: 'ab'.repeat(32),
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  at: 1,
  shares: [{ bps: 1 }],
}

describe('parser', () => {
  const parse = parser(Payment)

  it('turns amounts into bigints and leaves its input alone', () => {
    const input = structuredClone(payment)
    expect(parse(input)).toEqual({ ok: true, value: { ...payment, amount: 42n } })
    expect(input).toEqual(payment)
  })

  it.each([
    ['/amount', { amount: '-1' }],
    ['/amount', { amount: '1.5' }],
    ['/amount', { amount: '01' }],
    ['/amount', { amount: 5 }],
    ['amount', { amount: (MAX_AMOUNT + 1n).toString() }],
    ['/to', { to: 'did:key:a/b' }],
    ['/to', { to: 'did:key:a%2fb' }],
    ['/hash', { hash: 'AB'.repeat(32) }],
    ['/nonce', { nonce: 'AAECAwQFBgcICQoLDA0ODx' }],
    ['/at', { at: -1 }],
    ['/at', { at: 1.5 }],
    ['/shares/0/bps', { shares: [{ bps: '1' }] }],
    ['/extra', { extra: 1 }],
    ['/to', { to: undefined }],
  ])('refuses, naming %s: %j', (path, change) => {
    expect(parse({ ...payment, ...change })).toMatchObject({ ok: false, code: 'PAYLOAD_MALFORMED', data: { path } })
  })

  it('takes the largest amount', () => {
    expect(parse({ ...payment, amount: MAX_AMOUNT.toString() })).toMatchObject({ value: { amount: MAX_AMOUNT } })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        expect(parse(value).ok).toBe(false)
      }),
    )
  })

  it('accepts the same values where code from text is forbidden', () => {
    const compiled = compileSchema(Payment)
    const interpreted = compileSchema(Payment, false)
    const change = fc.record(
      {
        to: fc.anything(),
        amount: fc.oneof(fc.nat().map(String), fc.anything()),
        at: fc.oneof(fc.nat(), fc.anything()),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(change, changed => {
        const value = { ...payment, ...changed }
        expect(interpreted.check(value)).toBe(compiled.check(value))
        if (compiled.check(value)) expect(interpreted.decode(value)).toEqual(compiled.decode(value))
      }),
    )
  })
})
