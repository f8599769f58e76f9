import { createServer, type Server, type Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'
import type { ProxyContext, Visitor } from './context.js'
import { HttpFront } from './http.js'
import { serveSocks } from './socks.js'
import { SOCKS_VERSION } from './socks5.js'

/** Where a gateway listens. */
export interface Listen {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** Bytes Node holds per direction before it stops reading; also the chunk of the way up. */
const HIGH_WATER_MARK = 64 * 1024

/** The one port: counts connections, limits handshakes, tells HTTP from SOCKS5 by the first byte. */
export class Front {
  private readonly sockets = new Set<Socket>()
  private readonly strangers = new Set<Socket>()
  private readonly http: HttpFront
  private server: Server | undefined

  constructor(private readonly context: ProxyContext) {
    this.http = new HttpFront(context)
  }

  /** @returns the port in use. @throws ConetError `LISTEN_FAILED` */
  listen({ host, port }: Listen): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: HIGH_WATER_MARK }, socket =>
      this.accept(socket),
    )
    this.server = server
    return new Promise((resolve, reject) => {
      server.once('error', cause => {
        reject(
          new ConetError('LISTEN_FAILED', `the proxy cannot listen on ${host}:${port}: ${cause.message}`, {
            verdict: 'retry',
            cause,
          }),
        )
      })
      server.listen({ host, port, backlog: 1_024 }, () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  /** Closes the port and every connection on it. */
  async close(): Promise<void> {
    const { server } = this
    this.server = undefined
    for (const socket of this.sockets) socket.destroy()
    if (server?.listening === true) await new Promise<void>(resolve => server.close(() => resolve()))
  }

  private accept(socket: Socket): void {
    socket.on('error', () => {})
    socket.setMaxListeners(0)
    this.makeRoom()
    this.sockets.add(socket)
    const visitor = this.visitor(socket)
    visitor.waits()
    socket.once('close', () => {
      visitor.admitted()
      this.sockets.delete(socket)
    })
    socket.once('end', () => {
      if (socket.bytesRead === 0) socket.destroy()
    })
    socket.once('data', first => this.sort(first, visitor))
  }

  /** Too many strangers: the one that has said nothing for longest goes. Refusing newcomers would let a few idle connections lock everybody out. */
  private makeRoom(): void {
    const [oldest] = this.strangers
    if (oldest === undefined || this.strangers.size < this.context.limits.strangers) return
    this.strangers.delete(oldest)
    oldest.destroy()
  }

  private sort(first: Buffer, visitor: Visitor): void {
    const { socket } = visitor
    socket.pause()
    socket.unshift(first)
    if (first[0] !== SOCKS_VERSION) this.http.accept(visitor)
    else void serveSocks(this.context, visitor).catch(() => socket.destroy())
  }

  /** Between admission and the next request there is no limit; before it, a slow client is cut. */
  private visitor(socket: Socket): Visitor {
    let cancel = () => {}
    const admitted = () => {
      cancel()
      this.strangers.delete(socket)
    }
    const waits = () => {
      admitted()
      if (socket.destroyed) return
      this.strangers.add(socket)
      const { handshakeMs, keepAliveMs } = this.context.limits
      const before = socket.bytesRead
      const limit = before === 0 ? handshakeMs : Math.max(handshakeMs, keepAliveMs)
      cancel = this.context.clock.after(limit, () => this.late(socket, before))
    }
    return { socket, admitted, waits }
  }

  private late(socket: Socket, before: number): void {
    // Whoever has begun no request would take a 408 for the answer to the one it sends next.
    if (socket.bytesRead > before) this.http.expire(socket)
    socket.destroySoon()
  }
}
