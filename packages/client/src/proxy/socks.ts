import type { Socket } from 'node:net'
import { readUntil } from './head.js'

/** RFC 1928: version, no authentication, CONNECT; types of address. */
const VERSION = 5
const NO_AUTH = 0
const NONE_ACCEPTABLE = 0xff
const CONNECT = 1
const IPV4 = 1
const NAME = 3
const IPV6 = 4

/** Reply codes of RFC 1928 section 6. */
export const SOCKS = {
  ok: 0,
  failed: 1,
  refusedByRule: 2,
  unreachable: 4,
  commandUnknown: 7,
  addressUnknown: 8,
} as const

/**
 * Greets a SOCKS5 client and reads its request.
 *
 * @returns `host:port` as the program named it, so that the provider resolves names; `undefined` after an error reply
 * @throws ConetError `TIMEOUT`, `HEAD_MALFORMED`
 */
export async function readSocksTarget(socket: Socket, timeoutMs: number): Promise<string | undefined> {
  const greeting = await readUntil(socket, seen => (seen.length < 2 ? undefined : 2 + (seen[1] ?? 0)), timeoutMs)
  if (!greeting.subarray(2).includes(NO_AUTH)) {
    socket.end(Buffer.from([VERSION, NONE_ACCEPTABLE]))
    return undefined
  }
  socket.write(Buffer.from([VERSION, NO_AUTH]))
  const request = await readUntil(socket, requestLength, timeoutMs)
  if (request[1] !== CONNECT) return refuse(socket, SOCKS.commandUnknown)
  const host = hostOf(request)
  if (request[0] !== VERSION || host === undefined) return refuse(socket, SOCKS.addressUnknown)
  return `${host}:${request.readUInt16BE(request.length - 2)}`
}

/** Answers the request; the bound address is of no use to anyone. */
export function socksReply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0])
}

function refuse(socket: Socket, code: number): undefined {
  socket.end(socksReply(code))
  return undefined
}

function requestLength(seen: Buffer): number | undefined {
  if (seen.length < 5) return undefined
  if (seen[3] === IPV4) return 10
  if (seen[3] === IPV6) return 22
  return seen[3] === NAME ? 7 + (seen[4] ?? 0) : 5
}

function hostOf(request: Buffer): string | undefined {
  const type = request[3]
  if (type === IPV4) return request.subarray(4, 8).join('.')
  if (type === NAME) {
    const name = request.subarray(5, 5 + (request[4] ?? 0)).toString('latin1')
    return /^[A-Za-z0-9._-]+$/.test(name) ? name : undefined
  }
  if (type !== IPV6) return undefined
  const groups = Array.from({ length: 8 }, (_, i) => request.readUInt16BE(4 + i * 2).toString(16))
  return `[${groups.join(':')}]`
}
