import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'
import type { Lasting } from './lasting.js'
import type { Neighbour } from './leg.js'

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
  readonly #seal: { readonly identity: string; readonly psk: Uint8Array }
  readonly #doors = new Map<string, Promise<Neighbour>>()
  readonly #servers = new Set<Server>()
  readonly #sockets = new Set<Socket>()
  #session: ClientHttp2Session | undefined
  openFlows = 0

  constructor(lasting: Lasting, seal: { identity: string; psk: Uint8Array }) {
    this.#lasting = lasting
    this.#seal = seal
  }

  /** Shakes hands with the exit. @throws ConetError `CARRY_FORGED` if it does not hold the key of its DID */
  async open(): Promise<void> {
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
    await new Promise<void>((resolve, reject) => {
      const fail = (cause?: unknown) =>
        reject(new ConetError('CARRY_FORGED', 'The exit does not hold the key it is known by.', { cause }))
      session.once('connect', () => resolve())
      session.once('error', fail)
      session.once('close', fail)
    })
    session.on('error', () => {})
    session.setLocalWindowSize(16 * 1024 * 1024)
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
    for (const socket of this.#sockets) socket.destroy()
    this.#session?.destroy()
  }

  #carry(socket: Socket, authority: string): void {
    const session = this.#session
    if (session === undefined || session.destroyed) return void socket.destroy()
    this.openFlows++
    const stream = session.request({ ':method': 'CONNECT', ':authority': authority }, { endStream: false })
    const end = () => {
      socket.destroy()
      stream.close()
    }
    stream.once('response', headers => {
      if (headers[':status'] !== 200) return end()
      socket.pipe(stream)
      stream.pipe(socket)
    })
    stream.once('close', () => {
      this.openFlows--
      socket.destroy()
    })
    stream.on('error', () => socket.destroy())
    socket.once('close', () => stream.close())
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
