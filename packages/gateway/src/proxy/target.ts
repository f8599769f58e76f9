import { ok, type Result, reject } from '@conet/core/errors'
import { parseAddress } from './address.js'
import type { RefusalCode } from './codes.js'

/** Where a client wants to go: a lower-case name, or an address in canonical text. */
export interface Target {
  readonly host: string
  /** 1..65,535 */
  readonly port: number
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

/** RFC 1035 limits; underscores are let through because real names carry them. */
function isName(host: string): boolean {
  return host.length <= 253 && host.split('.').every(label => LABEL.test(label))
}

/** A host as the proxy accepts it: brackets and the root's dot removed, lower case. @returns `undefined` if it is neither name nor address */
export function parseHost(text: string): string | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  const host = bare.toLowerCase().replace(/\.$/, '')
  const address = parseAddress(host)
  if (address !== undefined) return address.toString()
  return isName(host) ? host : undefined
}

/** A port in plain decimal digits. @returns `undefined` outside 1..65,535 */
export function parsePort(text: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(text)) return undefined
  const port = Number(text)
  return port <= 65_535 ? port : undefined
}

/** Reads the authority-form of CONNECT (RFC 9112 section 3.2.3): host and port, both required. */
export function parseAuthority(text: string): Result<Target, RefusalCode> {
  const colon = text.lastIndexOf(':')
  const head = text.slice(0, colon)
  // An IPv6 address needs its brackets here: without them its last group could be taken for a port.
  if (colon < 1 || (head.includes(':') && !head.startsWith('['))) return reject('TARGET_MALFORMED')
  const host = parseHost(head)
  const port = parsePort(text.slice(colon + 1))
  return host === undefined || port === undefined ? reject('TARGET_MALFORMED') : ok({ host, port })
}

/** The parts of an absolute-form request: where to dial, what to ask for, what to call the host. */
export interface AbsoluteTarget extends Target {
  /** For the next hop: origin-form, byte for byte as the client wrote it, or `*`. */
  readonly path: string
  /** Value of the Host field (RFC 9112 section 3.2.2: taken from the request target, not from the client's field). */
  readonly authority: string
}

/**
 * Reads the absolute-form of plain HTTP proxying (RFC 9112 section 3.2.2).
 *
 * @param method - `OPTIONS` without a path asks about the whole server, which the next hop calls `*` (section 3.2.4)
 */
export function parseAbsolute(text: string, method = 'GET'): Result<AbsoluteTarget, RefusalCode> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)
  if (scheme === null) return reject('TARGET_MALFORMED')
  if (scheme[1]?.toLowerCase() !== 'http') return reject('SCHEME_UNSUPPORTED')
  const rest = text.slice(scheme[0].length)
  const cut = rest.search(/[/?#]/)
  const authority = (cut < 0 ? rest : rest.slice(0, cut)).replace(/^.*@/, '')
  const raw = cut < 0 ? '' : rest.slice(cut).replace(/#.*$/, '')
  const target = parseAuthority(/:\d+$/.test(authority) ? authority : `${authority.replace(/:$/, '')}:80`)
  if (!target.ok) return target
  if (raw === '' && method === 'OPTIONS') return ok({ ...target.value, authority, path: '*' })
  return ok({ ...target.value, authority, path: raw.startsWith('/') ? raw : `/${raw}` })
}
