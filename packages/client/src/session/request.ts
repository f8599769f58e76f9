import { ConetError } from '@conet/core/errors'
import { checkGrant, type GrantPayload, parseGrant, type RequestPayload, type Sealed } from '@conet/core/rounds'
import type { Hash, Millis, UnixMillis } from '@conet/core/units'
import { checkSignature, decodeEnvelope } from '@conet/core/wire'
import type { NodeApi } from '../api/api.js'
import type { Offer } from '../api/types.js'
import type { ClientPorts } from '../ports/types.js'
import { newNonce, type Wallet } from '../wallet/wallet.js'
import type { KeyBook } from './keys.js'

/** A request is answered at once or not at all. */
const REQUEST_LIFE_MS = 60_000
const CLOCK_CODES: readonly string[] = ['EXPIRED', 'NOT_YET_VALID', 'EXP_TOO_FAR', 'CLOCK_SKEW']

export interface RequestOptions {
  readonly ports: ClientPorts
  readonly wallet: Wallet
  /** The provider's node. */
  readonly api: NodeApi
  readonly keys: KeyBook
  readonly lid: string
  readonly offer: Offer
  readonly device?: Hash | undefined
  readonly escrow?: string | undefined
  /** Relays that carry the session, with their shares of each payment. */
  readonly via?: RequestPayload['via'] | undefined
}

/** A grant that was checked. */
export interface Granted {
  readonly grant: GrantPayload
  /** Text of the request: attaches the control line. */
  readonly requestText: string
  /** Own clock when the request left. */
  readonly requestedAt: UnixMillis
  readonly grantedAt: UnixMillis
}

/**
 * The one round trip: asks for service and checks the answer (RND-1). A refusal for the time is tried once more with
 * the node's clock, so that a device with a wrong clock gets online too.
 *
 * @throws ConetError what the node answers; `GRANT_INVALID`, `PROVIDER_UNKNOWN`
 */
export async function requestGrant(options: RequestOptions): Promise<Granted> {
  const { api } = options
  try {
    return await attempt(options, api.clockOffsetMs)
  } catch (error) {
    if (!(error instanceof ConetError) || !CLOCK_CODES.includes(error.code) || api.clockOffsetMs === 0) throw error
    return attempt(options, api.clockOffsetMs)
  }
}

/** A signed request that has not been sent. */
export interface SignedRequest {
  readonly request: RequestPayload
  readonly sealed: Sealed
  /** Own clock when it was signed. */
  readonly requestedAt: UnixMillis
}

/**
 * Signs a request for service.
 *
 * @param lifeMs - how long the provider may take it; at most `MAX_LIFE_MS` of the wire
 */
export function signRequest(options: RequestOptions, clockOffsetMs: Millis, lifeMs: Millis): SignedRequest {
  const { ports, wallet, offer, lid, device, escrow, via } = options
  const requestedAt = ports.now()
  const iat = requestedAt + clockOffsetMs
  const request: RequestPayload = {
    lid,
    offer: offer.id,
    offerVersion: offer.version,
    provider: offer.provider,
    iat,
    exp: iat + lifeMs,
    nonce: newNonce(ports),
    ...(device === undefined ? {} : { device }),
    ...(escrow === undefined ? {} : { escrow }),
    ...(via === undefined || via.length === 0 ? {} : { via }),
  }
  return { request, sealed: wallet.seal('conet-request+jwt', request), requestedAt }
}

async function attempt(options: RequestOptions, clockOffsetMs: number): Promise<Granted> {
  const { ports, api } = options
  const { request, sealed, requestedAt } = signRequest(options, clockOffsetMs, REQUEST_LIFE_MS)
  const text = await api.openSession(sealed.text)
  const grant = await readGrant(options, request, sealed, text)
  return { grant, requestText: sealed.text, requestedAt, grantedAt: ports.now() }
}

/**
 * Checks that a grant is signed by the provider that was asked, and grants what was asked for (RND-1).
 *
 * @throws ConetError `GRANT_INVALID`, `PROVIDER_UNKNOWN`
 */
export async function readGrant(
  options: RequestOptions,
  request: RequestPayload,
  sealed: Sealed,
  text: string,
): Promise<GrantPayload> {
  const { ports, wallet, keys, offer } = options
  const envelope = decodeEnvelope(text, { sha256: ports.sha256, kinds: ['conet-grant+jwt'] })
  if (!envelope.ok) throw invalid(envelope.code, envelope.data)
  const { kid } = envelope.value.header
  if (kid.slice(0, kid.indexOf('#')) !== offer.provider) throw invalid('PROVIDER_WRONG', { kid })
  const signed = checkSignature(envelope.value, await keys.keyOf(kid), ports.verify)
  if (!signed.ok) throw invalid(signed.code, signed.data)
  const grant = parseGrant(signed.value.payload)
  if (!grant.ok) throw invalid(grant.code, grant.data)
  const { terms } = offer
  const checked = checkGrant(grant.value, { request, requestHash: sealed.hash, client: wallet.did, terms })
  if (!checked.ok) throw invalid(checked.code, checked.data)
  return checked.value
}

function invalid(why: string, data: ConetError['data']): ConetError {
  return new ConetError(
    'GRANT_INVALID',
    `The provider's grant is not what was asked for (${why}): choose another offer.`,
    {
      verdict: 'punish',
      data: { ...data, why },
    },
  )
}
