import type { Credentials } from './book.js'
import { parseHost, type Target } from './target.js'

/**
 * The messages of RFC 1928 and RFC 1929, read from the front of whatever has arrived. Every reader returns `undefined`
 * while the message is incomplete, `'malformed'` as soon as it cannot become one, else its value and its length.
 */
export type Read<T> = { readonly value: T; readonly length: number } | 'malformed' | undefined

export const SOCKS_VERSION = 5
const AUTH_VERSION = 1
const USER_PASSWORD = 2
const CONNECT = 1
const IPV4 = 1
const DOMAIN = 3
const IPV6 = 4

/** Answers of the proxy. */
export const SOCKS = {
  chooseUserPassword: Uint8Array.of(SOCKS_VERSION, USER_PASSWORD),
  noMethod: Uint8Array.of(SOCKS_VERSION, 0xff),
  authOk: Uint8Array.of(AUTH_VERSION, 0),
  authFailed: Uint8Array.of(AUTH_VERSION, 1),
} as const

/** Client's first message. @returns whether it offers user and password */
export function readGreeting(bytes: Uint8Array): Read<boolean> {
  const [version, methods] = bytes
  if (version !== undefined && version !== SOCKS_VERSION) return 'malformed'
  if (methods === undefined || bytes.length < 2 + methods) return undefined
  return { value: bytes.subarray(2, 2 + methods).includes(USER_PASSWORD), length: 2 + methods }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')

/** RFC 1929 section 2. */
export function readCredentials(bytes: Uint8Array): Read<Credentials> {
  const [version, user] = bytes
  if (version !== undefined && version !== AUTH_VERSION) return 'malformed'
  if (user === undefined) return undefined
  const pass = bytes[2 + user]
  if (pass === undefined) return undefined
  const length = 3 + user + pass
  if (bytes.length < length) return undefined
  const username = text(bytes.subarray(2, 2 + user))
  return { value: { username, password: text(bytes.subarray(3 + user, length)) }, length }
}

/** What the client asks for; refused commands and address types have their own reply codes. */
export type SocksRequest = Target | 'COMMAND_UNSUPPORTED' | 'ADDRESS_UNSUPPORTED' | 'TARGET_MALFORMED'

function addressLength(bytes: Uint8Array): number | undefined {
  if (bytes[3] === IPV4) return 4
  if (bytes[3] === IPV6) return 16
  return bytes[4] === undefined ? undefined : 1 + bytes[4]
}

function hostText(type: number | undefined, address: Uint8Array): string {
  if (type === DOMAIN) return Buffer.from(address.subarray(1)).toString('latin1')
  if (type === IPV4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((address[2 * i] ?? 0) << 8) | (address[2 * i + 1] ?? 0))
  return groups.map(group => group.toString(16)).join(':')
}

/** RFC 1928 section 4. */
export function readRequest(bytes: Uint8Array): Read<SocksRequest> {
  const [version, command, , type] = bytes
  if (version !== undefined && version !== SOCKS_VERSION) return 'malformed'
  if (type === undefined) return undefined
  if (type !== IPV4 && type !== DOMAIN && type !== IPV6) return { value: 'ADDRESS_UNSUPPORTED', length: bytes.length }
  const size = addressLength(bytes)
  if (size === undefined || bytes.length < 4 + size + 2) return undefined
  const length = 4 + size + 2
  if (command !== CONNECT) return { value: 'COMMAND_UNSUPPORTED', length }
  const host = parseHost(hostText(type, bytes.subarray(4, 4 + size)))
  const port = ((bytes[length - 2] ?? 0) << 8) | (bytes[length - 1] ?? 0)
  return { value: host === undefined || port === 0 ? 'TARGET_MALFORMED' : { host, port }, length }
}

/** RFC 1928 section 6; the bound address is not told: it is the owner's affair, and no client uses it. */
export function socksReply(code: number): Uint8Array {
  return Uint8Array.of(SOCKS_VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0)
}
