import { isIP, type Socket } from 'node:net'
import type { ConetError } from '@conet/core/errors'
import { hostName } from '@conet/gateway/portal'
import { sameToken } from '../keys/index.js'
import { apiError } from './errors.js'

/** Whether an address is this machine's own loopback, also written as IPv6. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/**
 * Whether the other end is this machine too: by loopback, or by the address it was asked at, as on a gateway whose API listens
 * for guests only. Who borrows that address from outside gets no answer: it goes to this machine.
 */
export function isHere({ remoteAddress = '', localAddress }: Pick<Socket, 'remoteAddress' | 'localAddress'>): boolean {
  return isLoopback(remoteAddress) || (isIP(remoteAddress) !== 0 && remoteAddress === localAddress)
}

/**
 * Protects against DNS rebinding: a page of a strange name that resolves to this machine may not talk to the node. A literal
 * address cannot be rebound, so those pass, and so do the names that the owner configured.
 *
 * @returns the refusal, or `undefined` if the header is fine
 */
export function refuseHost(header: string | undefined, names: ReadonlySet<string>): ConetError | undefined {
  const host = hostName(header ?? '')
  if (host === 'localhost' || isIP(host) !== 0 || names.has(host)) return undefined
  const message = 'this name is not one of the node; add it to api.hosts if it should be'
  return apiError('HOST_REFUSED', message, { host: host.slice(0, 100) })
}

/** Who may use admin paths. */
export interface AdminRule {
  readonly token: string
  /** Whether the token works from other machines. */
  readonly remote: boolean
}

/**
 * @param here - whether the request comes from this machine
 * @returns the refusal, or `undefined` if this is the owner
 */
export function refuseAdmin(rule: AdminRule, authorization: string | undefined, here: boolean): ConetError | undefined {
  if (!rule.remote && !here) {
    return apiError('ADMIN_REMOTE', 'admin paths answer on this machine only; set api.adminRemote to change that')
  }
  // RFC 9110 11.1: the scheme in any case, and any number of spaces behind it.
  const given = /^Bearer +([A-Za-z0-9_-]{1,256})$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined && sameToken(given, rule.token)) return undefined
  return apiError('ADMIN_TOKEN', 'send the header Authorization: Bearer with the token of the admin token file')
}
