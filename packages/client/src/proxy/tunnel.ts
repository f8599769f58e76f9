import type { Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'
import type { AccessPoint } from '@conet/core/rounds'
import type { Millis } from '@conet/core/units'
import { connectWithin } from './dial.js'
import { headerOf, headLength, parseHead, readUntil } from './head.js'

/** A TCP handshake over a satellite and back takes under 2 s; the gateway itself waits 10 s for a target. */
const CONNECT_MS: Millis = 5_000
const REPLY_MS: Millis = 15_000

/** Refusals that speak of the session or the provider, not of the target: another provider may help. */
const SESSION_CODES: readonly string[] = [
  'AUTH_MISSING',
  'AUTH_UNKNOWN',
  'SESSION_EXPIRED',
  'SESSION_CLOSED',
  'CLIENT_ADDRESS',
  'UPLINK_DOWN',
]

/** Why the gateway opened no tunnel to this target. */
export class TargetRefused extends ConetError {
  readonly status: number

  constructor(status: number, code: string) {
    super(code, `The provider could not open this connection: ${code}.`, { data: { status } })
    this.status = status
  }
}

/**
 * Opens one tunnel through a gateway; where the gateway lets the whole device through, that is a plain connection.
 *
 * @param target - `host:port`; names are resolved on the provider's side
 * @returns the socket, paused, with nothing but payload left on it
 * @throws ConetError `GATEWAY_UNREACHABLE`, `GATEWAY_REFUSED` (the session or provider failed), `TargetRefused`
 */
export async function openTunnel(access: AccessPoint, target: string): Promise<Socket> {
  if (access.protocols.includes('direct')) return dialDirectly(target)
  const socket = await dial(access)
  try {
    const { username, password } = access
    const credentials = Buffer.from(`${username}:${password}`).toString('base64')
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`)
    await accepted(socket)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** The gateway knows this device by its address: nothing is said to it. */
async function dialDirectly(target: string): Promise<Socket> {
  const { hostname, port } = new URL(`tcp://${target}`)
  try {
    return await dial({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
  } catch {
    throw new TargetRefused(502, 'CONNECT_REFUSED')
  }
}

function dial({ host, port }: Pick<AccessPoint, 'host' | 'port'>): Promise<Socket> {
  const failed = (cause?: Error) => unreachable(`${host}:${port} cannot be reached`, cause)
  return connectWithin({ host, port, allowHalfOpen: true }, CONNECT_MS, failed)
}

async function accepted(socket: Socket): Promise<void> {
  const bytes = await readUntil(socket, headLength, REPLY_MS).catch(cause => {
    throw unreachable('the gateway hung up', cause)
  })
  const head = parseHead(bytes)
  const status = Number(head?.first[1])
  if (head === undefined || !Number.isInteger(status)) throw unreachable('the gateway does not speak HTTP')
  if (status >= 200 && status < 300) return
  const code = headerOf(head, 'conet-code') ?? `HTTP_${status}`
  if (status !== 407 && !SESSION_CODES.includes(code)) throw new TargetRefused(status, code)
  throw new ConetError('GATEWAY_REFUSED', `The gateway refused the session: ${code}.`, {
    verdict: 'retry',
    data: { status, why: code },
  })
}

function unreachable(what: string, cause?: unknown): ConetError {
  return new ConetError('GATEWAY_UNREACHABLE', `No tunnel: ${what}.`, { verdict: 'retry', cause })
}
