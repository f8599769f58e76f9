import { connect, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net'
import { parseAddress } from './address.js'
import { DialError } from './codes.js'
import type { Dial, DialRequest } from './dial.js'
import type { Egress } from './egress.js'
import { createResolver, type Resolve } from './resolve.js'
import type { Target } from './target.js'

/** How a direct dial behaves. */
export interface DirectOptions {
  readonly egress: Egress
  readonly resolve?: Resolve
  /** Milliseconds before the next address of a name is tried; default 500 (RFC 8305 asks for 100 to 2,000). */
  readonly attemptMs?: number
}

/** The addresses of a target that the policy lets through, each checked; only these are ever dialled. */
async function admitted(target: Target, options: Required<DirectOptions>, signal: AbortSignal): Promise<string[]> {
  const { egress, resolve } = options
  const checked = egress.checkTarget(target)
  if (!checked.ok) throw new DialError('EGRESS_REFUSED', checked.data)
  if (parseAddress(target.host) !== undefined) return [target.host]
  const addresses = await resolve(target.host, signal)
  if (addresses.length === 0) throw new DialError('NAME_UNKNOWN', { host: target.host })
  const good = addresses.filter(address => egress.checkAddress(target, address).ok)
  if (good.length === 0)
    throw new DialError('EGRESS_REFUSED', { host: target.host, reason: 'every address is refused' })
  return good
}

/** Answers a look-up with exactly the addresses that were checked: no second resolution, so no rebinding. */
function pinned(addresses: readonly string[]): LookupFunction {
  const answer = addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  return (_host, _options, done) => done(null, answer)
}

function connected(options: TcpNetConnectOpts, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = connect(options)
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort)
      socket.removeListener('error', reject)
      resolve(socket)
    })
  })
}

/**
 * Dials from this machine: resolves here, checks every address against the policy, connects to one of those very addresses.
 *
 * @throws DialError `EGRESS_REFUSED`, `NAME_UNKNOWN`; system errors of connecting
 */
export function dialDirect(options: DirectOptions): Dial {
  const full = { resolve: createResolver(), attemptMs: 500, ...options }
  return async (target: Target, { signal, reader }: DialRequest) => {
    const addresses = await admitted(target, full, signal)
    const [only = target.host] = addresses
    const several = addresses.length > 1
    return connected(
      {
        host: several ? target.host : only,
        port: target.port,
        noDelay: true,
        allowHalfOpen: true,
        ...(several && {
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: full.attemptMs,
          lookup: pinned(addresses),
        }),
        ...(reader !== undefined && { onread: reader.options() }),
      },
      signal,
    )
  }
}
