import { type Granted, NodeApi, type RequestOptions, readGrant, type SignedRequest, signRequest } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import { sessionIdOf } from '@conet/core/rounds'
import { MAX_LIFE_MS } from '@conet/core/wire'
import { makeToken } from '@conet/gateway/radius'

const POLL_MS = 500
/** A question that was asked while the port was closed must not outlast the trial. */
const POLL_TIMEOUT_MS = 1_500

/** What the node answers to a request that was left. */
interface Left {
  readonly state: 'waiting' | 'open' | 'over'
  readonly network: string
  readonly expiresAt: number
  readonly grant?: string
  readonly serverName?: string
  readonly certificateSha256?: string
}

/** User name and password of one session, and the request they stand for. */
export interface Credential {
  readonly user: string
  readonly password: string
  readonly signed: SignedRequest
  readonly left: Left
}

const ask = (api: NodeApi, { sealed }: SignedRequest) =>
  api.post<Left>('/v1/radius/credentials', { request: sealed.text })

/**
 * Leaves a signed request at the node and makes the password for it.
 *
 * @throws ConetError what the node answers; `NOT_FOUND` if it has no access points
 */
export async function leaveRequest(options: RequestOptions): Promise<Credential> {
  const { api, lid, offer, wallet } = options
  const signed = signRequest(options, api.clockOffsetMs, MAX_LIFE_MS)
  const left = await ask(api, signed)
  const sid = sessionIdOf(signed.sealed.hash)
  const scope = { lid, provider: offer.provider, sid }
  const password = makeToken(scope, signed.request.exp, text => wallet.signer.sign(text))
  return { user: sid, password, signed, left }
}

/**
 * Waits until the station is on. A node that cannot be reached is asked again: the device may just be between two networks.
 *
 * @throws ConetError `CREDENTIAL_OVER` if it expired before
 */
export async function untilJoined(
  options: RequestOptions,
  credential: Credential,
  signal: AbortSignal,
): Promise<Granted> {
  const { ports, api } = options
  const { request, sealed } = credential.signed
  const quick = new NodeApi(api.base, { ports, timeoutMs: POLL_TIMEOUT_MS })
  for (;;) {
    // The session cannot have begun before the question whose answer was "waiting", or that was not answered.
    const requestedAt = ports.now()
    const left = await ask(quick, credential.signed).catch(stillOut)
    if (left?.state === 'open' && left.grant !== undefined) {
      const grant = await readGrant(options, request, sealed, left.grant)
      return {
        grant,
        requestText: sealed.text,
        requestedAt: requestedAt - POLL_MS - POLL_TIMEOUT_MS,
        grantedAt: ports.now(),
      }
    }
    if (left?.state === 'over' || requestedAt + api.clockOffsetMs > request.exp) throw over()
    if (signal.aborted) throw over()
    await new Promise<void>(resolve => void ports.setTimer(POLL_MS, resolve))
  }
}

function stillOut(error: unknown): undefined {
  if (error instanceof ConetError && error.verdict === 'retry') return undefined
  throw error
}

function over(): ConetError {
  return new ConetError('CREDENTIAL_OVER', 'the station did not join in time, or the session is over: get a new one')
}
