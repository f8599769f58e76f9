import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientOf, nodeVerify } from './testing/crypto.js'
import { checkToken, MAX_TOKEN_MINUTES, makeToken, TOKEN_CHARS } from './token.js'

const NOW = 1_790_000_000_000
const MINUTE = 60_000
const scope = { lid: 'test', provider: 'did:key:zProvider', sid: 'ab'.repeat(16) }
const client = clientOf(1)
const token = makeToken(scope, NOW + 10 * MINUTE, client.sign)
const check = (text: string, change: object = {}, now = NOW, key = client.publicKey) =>
  checkToken(text, { ...scope, ...change }, key, nodeVerify, now)

describe('token', () => {
  it('has 88 characters that any supplicant takes', () => {
    expect(token).toHaveLength(TOKEN_CHARS)
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/)
  })

  it('opens its session until its minute', () => {
    const good = check(token)
    expect(good.ok && good.value.expiresAt).toBe(Math.ceil((NOW + 10 * MINUTE) / MINUTE) * MINUTE)
    expect(check(token, {}, NOW + 12 * MINUTE)).toMatchObject({ ok: false, code: 'TOKEN_EXPIRED' })
  })

  it('is bound to ledger, provider and session, and to the key', () => {
    for (const change of [{ lid: 'other' }, { provider: 'did:key:zOther' }, { sid: 'cd'.repeat(16) }])
      expect(check(token, change)).toMatchObject({ ok: false, code: 'PASSWORD_WRONG' })
    expect(check(token, {}, NOW, clientOf(2).publicKey)).toMatchObject({ ok: false, code: 'PASSWORD_WRONG' })
  })

  it('lives a day at most, also when its client wants more', () => {
    const long = makeToken(scope, NOW + (MAX_TOKEN_MINUTES + 5) * MINUTE, client.sign)
    expect(check(long)).toMatchObject({ ok: false, code: 'TOKEN_TOO_LONG' })
  })

  it('means the same minute whatever the clock of the reader within 22 days', () => {
    fc.assert(
      fc.property(fc.integer({ min: -21 * 1440, max: 21 * 1440 }), minutes => {
        const read = check(token, {}, NOW + minutes * MINUTE)
        // A signature over another minute would be PASSWORD_WRONG.
        expect(read.ok || ['TOKEN_EXPIRED', 'TOKEN_TOO_LONG'].includes(read.code)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('refuses any text that is not exactly it, without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 120 }), fc.integer({ min: 0, max: 87 })), change => {
        const text =
          typeof change === 'string'
            ? change
            : `${token.slice(0, change)}${token[change] === 'B' ? 'C' : 'B'}${token.slice(change + 1)}`
        expect(check(text).ok).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
