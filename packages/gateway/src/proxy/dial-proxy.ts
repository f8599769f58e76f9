import { request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AccessPoint } from '@conet/core/rounds'
import { DialError, isRefusalCode, type RefusalCode } from './codes.js'
import type { Dial } from './dial.js'
import { CODE_HEADER } from './replies.js'
import type { Target } from './target.js'

/** Credentials of the session with the next provider. */
export type Upstream = Pick<AccessPoint, 'host' | 'port' | 'username' | 'password'>

/** Text of `host:port` with the brackets IPv6 needs. */
export function authorityOf({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The `Proxy-Authorization` value of RFC 7617. */
export function basicAuth({ username, password }: Pick<Upstream, 'username' | 'password'>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/**
 * The next provider's refusal as ours. Its refusal of *our* credentials is not the client's fault: to the client the
 * uplink is down.
 */
function upstreamRefusal(status: number, code: unknown): RefusalCode {
  if (status === 407) return 'UPLINK_DOWN'
  if (isRefusalCode(code)) return code
  if (status === 403) return 'EGRESS_REFUSED'
  return status === 504 ? 'CONNECT_TIMEOUT' : 'UPSTREAM_FAILED'
}

function tunnel(upstream: Upstream, target: Target, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const ask = request({
      // Node's own client sockets are not half-open: a target's early FIN would silence the client's side.
      createConnection: () => connect({ host: upstream.host, port: upstream.port, allowHalfOpen: true, noDelay: true }),
      method: 'CONNECT',
      path: authorityOf(target),
      headers: { Host: authorityOf(target), 'Proxy-Authorization': basicAuth(upstream) },
      signal,
    })
    ask.once('error', cause => reject(signal.aborted ? signal.reason : new DialError('UPLINK_DOWN', {}, cause)))
    ask.once('connect', (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy()
        return reject(new DialError(upstreamRefusal(answer.statusCode ?? 0, answer.headers[CODE_HEADER])))
      }
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    ask.once('response', answer => {
      answer.destroy()
      reject(new DialError('UPSTREAM_FAILED', { status: answer.statusCode }))
    })
    ask.end()
  })
}

/**
 * Dials through the HTTP CONNECT proxy of another provider: how a network without own uplink serves (D11).
 *
 * Names are resolved and judged by the provider that has the uplink.
 *
 * @param upstream - the access point of the nested session, or a function that gives the present one, `undefined` while there is none
 * @throws DialError the upstream's own code, or `UPLINK_DOWN` if it cannot be reached or no longer knows the session
 */
export function dialThroughProxy(upstream: Upstream | (() => Upstream | undefined)): Dial {
  return async (target, { signal }) => {
    const access = typeof upstream === 'function' ? upstream() : upstream
    if (access === undefined) throw new DialError('UPLINK_DOWN')
    signal.throwIfAborted()
    return tunnel(access, target, signal)
  }
}
