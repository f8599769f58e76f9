import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'
import { endTogether, joinFlow } from './flow.js'
import type { Lasting } from './lasting.js'
import type { Neighbour } from './leg.js'
import { ShortQueue } from './short-queue.js'

/**
 * TLS 1.2 with a key both sides know and fresh Diffie-Hellman keys besides (RFC 8442, RFC 7905): Node offers callbacks
 * for such keys only there, and no certificate has to be issued for a terminal that stays a minute.
 */
export const SEAL = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
} as const

const LOOPBACK = '127.0.0.1'

/**
 * HTTP/2 over TLS over a lasting stream: many flows inside one seal. The stream is led through a loopback socket, so
 * that TLS and HTTP/2 run on a real one.
 */
export class SealedLine {
  readonly #lasting: Lasting
  readonly #now: () => Millis
  readonly #seal: { readonly identity: string; readonly psk: Uint8Array }
  readonly #doors = new Map<string, Promise<Neighbour>>()
  readonly #servers = new Set<Server>()
  readonly #sockets = new Set<Socket>()
  #session: ClientHttp2Session | undefined
  openFlows = 0

  /** @param now - monotonic milliseconds */
  constructor(lasting: Lasting, seal: { identity: string; psk: Uint8Array }, now: () => Millis) {
    this.#lasting = lasting
    this.#now = now
    this.#seal = seal
  }

  /**
   * Shakes hands with the exit.
   *
   * @throws ConetError `CARRY_FORGED` if it does not hold the key of its DID, `CARRY_NEXT_DOWN` if it stays silent
   */
  async open(waitMs: Millis): Promise<void> {
    const entry = await this.#listen(socket => {
      entry.server.close()
      socket.pipe(this.#lasting)
      this.#lasting.pipe(socket)
      this.#lasting.once('close', () => socket.destroy())
    })
    const { identity, psk } = this.#seal
    const session = connectHttp2(`https://${LOOPBACK}:${entry.port}`, {
      ...SEAL,
      pskCallback: () => ({ psk, identity }),
      // The key itself proves who answers; there is no certificate.
      checkServerIdentity: () => undefined,
      settings: { initialWindowSize: 4 * 1024 * 1024 },
    })
    this.#session = session
    session.on('close', () => this.#lasting.destroy())
    session.on('error', () => {})
    await shaken(session, waitMs)
    const queue = new ShortQueue(session, this.#now)
    this.#lasting.on('leg', () => queue.forget())
    session.once('close', queue.watch())
  }

  /** A loopback port whose connections end at `authority`, seen from the exit. */
  reach(authority: string): Promise<Neighbour> {
    const known = this.#doors.get(authority)
    if (known !== undefined) return known
    const door = this.#listen(socket => this.#carry(socket, authority)).then(({ port }) => ({ host: LOOPBACK, port }))
    this.#doors.set(authority, door)
    return door
  }

  close(): void {
    for (const server of this.#servers) server.close()
    // A flow that is cut must not look to its program like one that came to its end.
    for (const socket of this.#sockets) socket.resetAndDestroy()
    this.#session?.destroy()
  }

  #carry(socket: Socket, authority: string): void {
    const session = this.#session
    // A session that is being closed takes no requests either.
    if (session === undefined || session.closed || session.destroyed) return void socket.destroy()
    this.openFlows++
    const stream = session.request({ ':method': 'CONNECT', ':authority': authority }, { endStream: false })
    stream.once('response', headers => {
      if (headers[':status'] === 200) joinFlow(stream, socket)
      else stream.close(constants.NGHTTP2_CANCEL)
    })
    stream.once('close', () => {
      this.openFlows--
    })
    endTogether(stream, socket)
  }

  #listen(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
        this.#sockets.add(socket)
        socket.on('error', () => {})
        socket.once('close', () => this.#sockets.delete(socket))
        onSocket(socket)
      })
      this.#servers.add(server)
      server.once('close', () => this.#servers.delete(server))
      server.once('error', reject)
      server.listen(0, LOOPBACK, () => resolve({ server, port: (server.address() as AddressInfo).port }))
    })
  }
}

function shaken(session: ClientHttp2Session, waitMs: Millis): Promise<void> {
  return new Promise((resolve, reject) => {
    const silent = () => {
      reject(new ConetError('CARRY_NEXT_DOWN', 'The exit stays silent: try another path.', { verdict: 'retry' }))
      session.destroy()
    }
    const timer = setTimeout(silent, waitMs)
    session.once('connect', () => {
      clearTimeout(timer)
      session.off('close', silent)
      resolve()
    })
    session.once('error', cause => {
      clearTimeout(timer)
      reject(new ConetError('CARRY_FORGED', 'The exit does not hold the key it is known by.', { cause }))
    })
    session.once('close', silent)
  })
}
