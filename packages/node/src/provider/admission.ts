import { ok, type Rejection, type Result, reject } from '@conet/core/errors'
import { checkRequest, providerRisk, type RequestPayload, roundMs } from '@conet/core/rounds'
import { type AccessTerms, checkTerms, price, withRelays } from '@conet/core/services/access'
import type { Amount, Did, UnixMillis } from '@conet/core/units'
import { CLOCK_SKEW_MS } from '@conet/core/wire'
import type { ProviderCode } from './codes.js'
import type { AdmissionBounds, OfferOnSale } from './contract.js'
import { type CreditBook, startCredit } from './credit.js'
import type { ProviderConfigPorts } from './ports.js'

/** Owners who say nothing leave relays three tenths of each payment. */
const MAX_RELAY_BPS = 3_000

/** What the provider carries already, at the moment of a request. */
export interface Load {
  readonly sessions: number
  readonly strangers: number
  readonly exposure: Amount
  /** Unsettled promises are above the owner's limit. */
  readonly overUnsettled: boolean
  /** What this client promised and has not settled, and may still leave unpaid in its sessions here. */
  readonly committed: Amount
  /** A session of this client has not ended: it holds what the client earned. */
  readonly lent: boolean
}

/** A request that may be served. */
export interface Admitted {
  readonly offer: OfferOnSale
  readonly credit: Amount
  readonly known: boolean
  /** The session begins with what the client earned, and says at its end what is left of it. */
  readonly borrows: boolean
  readonly risk: Amount
  readonly bounds: AdmissionBounds
  readonly escrowUntil: UnixMillis | undefined
  /** Free balance and escrow. */
  readonly purse: Amount
}

type Ports = Pick<ProviderConfigPorts, 'lid' | 'provider' | 'ledger' | 'offer' | 'admit' | 'limits'>

/** Checks ledger, addressee and times; clock errors carry the provider's clock in `data.now`. */
export function checkForm(
  request: RequestPayload,
  ports: Ports,
  now: UnixMillis,
): Result<RequestPayload, ProviderCode> {
  if (request.lid === ports.lid && request.iat > now + CLOCK_SKEW_MS) {
    return reject('CLOCK_SKEW', { now, iat: request.iat, skewMs: CLOCK_SKEW_MS })
  }
  return checkRequest(request, { lid: ports.lid, provider: ports.provider, nowMs: now })
}

/**
 * Decides from the local view alone whether a signed request is served: offer, policy, load, money. No ledger round trip.
 *
 * @returns what the session opens with, or the first reason against it
 */
export function decide(
  ports: Ports,
  book: CreditBook,
  request: RequestPayload,
  from: { readonly client: Did; readonly remoteAddress: string; readonly now: UnixMillis; readonly load: Load },
): Result<Admitted, ProviderCode> {
  const found = onSale(ports, request)
  if (!found.ok) return found
  const offer = found.value
  const { client, now, load } = from
  const policy = ports.admit({
    client,
    offer: offer.id,
    offerVersion: offer.version,
    terms: offer.terms,
    remoteAddress: from.remoteAddress,
    device: request.device,
    openSessions: load.sessions,
    at: now,
  })
  if (!policy.ok) return reject('DENIED', { ...policy.data, policy: policy.code })
  const { asset } = offer.terms.tariff
  const { balance, debt } = ports.ledger.account(client, asset)
  const earned = book.earned(client, asset)
  // What was earned is lent once: a second session beside the first begins as a stranger's does (RND-12).
  const credit = startCredit(offer.terms, load.lent ? undefined : earned, debt)
  const risk = providerRisk(offer.terms, credit)
  const busy = tooMuch(ports, load, earned !== undefined, risk)
  if (busy !== undefined) return busy
  const money = covered(ports, request, { client, now, balance, terms: offer.terms, committed: load.committed })
  if (!money.ok) return money
  const known = earned !== undefined
  return ok({ offer, credit, known, borrows: !load.lent, risk, bounds: policy.value, ...money.value })
}

function onSale(ports: Ports, request: RequestPayload): Result<OfferOnSale, ProviderCode> {
  const offer = ports.offer(request.offer)
  if (offer === undefined) return reject('OFFER_UNKNOWN', { offer: request.offer })
  if (offer.version !== request.offerVersion) {
    return reject('OFFER_CHANGED', { offer: offer.id, version: offer.version, asked: request.offerVersion })
  }
  return offer.active ? carried(ports, offer, request) : reject('OFFER_PAUSED', { offer: offer.id })
}

/** The offer with the relays' shares, as far as the owner leaves relays a part. */
function carried(ports: Ports, offer: OfferOnSale, { via = [] }: RequestPayload): Result<OfferOnSale, ProviderCode> {
  if (via.length === 0) return ok(offer)
  const most = ports.limits.maxRelayBps ?? MAX_RELAY_BPS
  const asked = via.reduce((sum, { bps }) => sum + bps, 0)
  if (asked > most) return reject('RELAYS_TOO_DEAR', { asked, most })
  const terms = checkTerms(withRelays(offer.terms, via))
  return terms.ok ? ok({ ...offer, terms: terms.value }) : reject('RELAYS_TOO_DEAR', { asked, most, why: terms.code })
}

function tooMuch(ports: Ports, load: Load, known: boolean, risk: Amount): Rejection<'BUSY'> | undefined {
  const { maxSessions, maxStrangers, maxExposure } = ports.limits
  if (load.sessions >= maxSessions) return reject('BUSY', { reason: 'sessions', max: maxSessions })
  if (!known && load.strangers >= maxStrangers) return reject('BUSY', { reason: 'strangers', max: maxStrangers })
  if (load.exposure + risk > maxExposure) return reject('BUSY', { reason: 'exposure', max: maxExposure })
  return load.overUnsettled ? reject('BUSY', { reason: 'unsettled' }) : undefined
}

interface Purse {
  readonly client: Did
  readonly now: UnixMillis
  readonly balance: Amount
  readonly terms: AccessTerms
  readonly committed: Amount
}

/** The most the first round can cost: its time, and the bytes that may stay unpaid. */
export function firstRoundPrice(terms: AccessTerms): Amount {
  return terms.maxUnpaid + price({ bytes: 0n, elapsedMs: roundMs(terms) }, terms.tariff)
}

type Cover = Pick<Admitted, 'escrowUntil' | 'purse'>

/** Money for the first round that is not spoken for yet: free balance and escrow, less what the client owes here already. */
function covered(
  ports: Ports,
  request: RequestPayload,
  { client, now, balance, terms, committed }: Purse,
): Result<Cover, 'BALANCE_TOO_LOW' | 'ESCROW_UNKNOWN'> {
  const { asset } = terms.tariff
  const escrow = request.escrow === undefined ? undefined : ports.ledger.escrow(client, request.escrow)
  const usable =
    escrow !== undefined &&
    escrow.provider === ports.provider &&
    escrow.asset === asset &&
    escrow.expiresAt > now + roundMs(terms)
  if (request.escrow !== undefined && !usable) return reject('ESCROW_UNKNOWN', { escrow: request.escrow })
  const purse = balance + (escrow?.amount ?? 0n)
  const needed = firstRoundPrice(terms)
  const available = purse > committed ? purse - committed : 0n
  if (available < needed) return reject('BALANCE_TOO_LOW', { needed, available, asset })
  return ok({ escrowUntil: escrow?.expiresAt, purse })
}
