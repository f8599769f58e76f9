import { ok, type Rejection, type Result, reject } from '../errors/index.js'
import { sameTerms, withRelays } from '../services/access/index.js'
import type { AccessTerms } from '../services/access/types.js'
import type { Did, Hash, Millis, UnixMillis } from '../units/index.js'
import { checkTimes, type TimeCode } from '../wire/index.js'
import type { GrantPayload, RequestPayload, SessionId } from './types.js'

/** Hex of the first 16 bytes of the request's hash: neither side can choose it freely (RND-1). */
export function sessionIdOf(requestHash: Hash): SessionId {
  return requestHash.slice(0, 32)
}

/**
 * What a provider checks of a request besides its signature and its own policy.
 *
 * @param expected - this provider; `nowMs` is its clock; `skewMs` how far clocks may differ (default 30 s)
 * @returns `LEDGER_WRONG`, `PROVIDER_WRONG`, `EXPIRED`, `EXP_TOO_FAR`, `NOT_YET_VALID` (the last three with both clocks)
 * @see docs/spec/rounds.md RND-1
 */
export function checkRequest(
  request: RequestPayload,
  expected: { readonly lid: string; readonly provider: Did; readonly nowMs: UnixMillis; readonly skewMs?: Millis },
): Result<RequestPayload, 'LEDGER_WRONG' | 'PROVIDER_WRONG' | TimeCode> {
  const { lid, provider, nowMs, skewMs } = expected
  if (request.lid !== lid) return reject('LEDGER_WRONG', { expected: lid, got: request.lid })
  if (request.provider !== provider) return reject('PROVIDER_WRONG', { expected: provider, got: request.provider })
  const times = checkTimes(request, skewMs === undefined ? { nowMs } : { nowMs, skewMs })
  return times.ok ? ok(request) : times
}

/**
 * What a client checks of a grant besides its signature: it must be the answer to this request, on the offer's terms.
 *
 * @returns `GRANT_MISMATCH` with `data.field`
 * @see docs/spec/rounds.md RND-1
 */
export function checkGrant(
  grant: GrantPayload,
  expected: {
    readonly request: RequestPayload
    readonly requestHash: Hash
    readonly client: Did
    readonly terms: AccessTerms
  },
): Result<GrantPayload, 'GRANT_MISMATCH'> {
  const { request, requestHash, client, terms } = expected
  const wanted = {
    lid: request.lid,
    offer: request.offer,
    offerVersion: request.offerVersion,
    provider: request.provider,
    sid: sessionIdOf(requestHash),
    client,
    accessUntil: grant.at + grant.terms.trialMs,
  } as const
  for (const field of Object.keys(wanted) as (keyof typeof wanted)[]) {
    if (grant[field] !== wanted[field]) return mismatch(field)
  }
  return sameTerms(grant.terms, withRelays(terms, request.via)) ? ok(grant) : mismatch('terms')
}

function mismatch(field: string): Rejection<'GRANT_MISMATCH'> {
  return reject('GRANT_MISMATCH', { field })
}
