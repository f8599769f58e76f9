import { describe, expect, it } from 'vitest'
import type { AccessTerms } from '../services/access/types.js'
import { checkGrant, checkRequest, sessionIdOf } from './check.js'
import type { GrantPayload, RequestPayload } from './types.js'

const NOW = 1_800_000_000_000
const HASH = 'ab'.repeat(32)
const terms: AccessTerms = {
  tariff: { asset: 'credit', perGiB: 1n, perHour: 1n },
  trialMs: 2_000,
  restMs: 8_000,
  toleranceBps: 500,
  toleranceBytes: 0n,
  maxUnpaid: 1n,
  maxUnpaidCap: 1n,
  shares: [],
}
const request: RequestPayload = {
  lid: 'l',
  offer: 'o',
  offerVersion: 3,
  provider: 'did:key:p',
  iat: NOW,
  exp: NOW + 60_000,
  nonce: 'A'.repeat(22),
}
const grant: GrantPayload = {
  lid: 'l',
  sid: sessionIdOf(HASH),
  offer: 'o',
  offerVersion: 3,
  client: 'did:key:c',
  provider: 'did:key:p',
  terms,
  access: { host: 'h', port: 1, protocols: ['http'], username: 'u', password: 'p' },
  control: '/c',
  at: NOW,
  accessUntil: NOW + 2_000,
}

describe('a request (RND-1)', () => {
  const expected = { lid: 'l', provider: 'did:key:p', nowMs: NOW }

  it('is accepted by the provider it names', () => {
    expect(checkRequest(request, expected)).toEqual({ ok: true, value: request })
  })

  it.each([
    ['another ledger', { lid: 'other' }, 'LEDGER_WRONG'],
    ['another provider', { provider: 'did:key:relay' }, 'PROVIDER_WRONG'],
    ['a past time', { iat: NOW - 120_000, exp: NOW - 60_000 }, 'EXPIRED'],
    ['a clock that is ahead', { iat: NOW + 60_000, exp: NOW + 120_000 }, 'NOT_YET_VALID'],
    ['too long a life', { exp: NOW + 3_600_000 }, 'EXP_TOO_FAR'],
  ])('is refused for %s', (_, change, code) => {
    expect(checkRequest({ ...request, ...change }, expected)).toMatchObject({ ok: false, code })
  })
})

describe('a grant (RND-1)', () => {
  const expected = { request, requestHash: HASH, client: 'did:key:c', terms }

  it('is accepted when it answers the request on the terms of the offer', () => {
    expect(checkGrant(grant, expected)).toEqual({ ok: true, value: grant })
  })

  it.each([
    ['lid', { lid: 'other' }],
    ['sid', { sid: '00'.repeat(16) }],
    ['offer', { offer: 'dearer' }],
    ['offerVersion', { offerVersion: 4 }],
    ['provider', { provider: 'did:key:x' }],
    ['client', { client: 'did:key:x' }],
    ['accessUntil', { accessUntil: NOW + 2_001 }],
    ['terms', { terms: { ...terms, tariff: { ...terms.tariff, perGiB: 2n } } }],
  ])('is refused when %s differs', (field, change) => {
    expect(checkGrant({ ...grant, ...change }, expected)).toMatchObject({ code: 'GRANT_MISMATCH', data: { field } })
  })
})
