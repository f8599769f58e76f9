import { createServer, type Server, type Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'
import { headLength, parseHead, readUntil } from './head.js'
import { httpError, readWish } from './http.js'
import { join } from './join.js'
import type { FlowMeter } from './meter.js'
import { readSocksTarget, SOCKS, socksReply } from './socks.js'
import { TargetRefused } from './tunnel.js'

/** A local program sends its request at once. */
const HANDSHAKE_MS = 10_000
const LAST_WORD_MS = 1_000
const SOCKS_VERSION = 5

/** A tunnel that is ready for payload, and whose session counts it. */
export interface Flow {
  readonly socket: Socket
  readonly meter: FlowMeter
  /** The flow is over. */
  ended(bytesDown: number): void
}

/** Opens a tunnel to `host:port` through whichever provider carries new flows now. @throws ConetError */
export type OpenFlow = (target: string) => Promise<Flow>

export interface Listen {
  /** Default 127.0.0.1: whoever reaches this port uses the device's money. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
}

/** The local HTTP and SOCKS5 port: the first byte tells which. */
export class LocalProxy {
  readonly #open: OpenFlow
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(open: OpenFlow) {
    this.#open = open
  }

  /** @returns where it listens. @throws ConetError `LISTEN_FAILED` */
  listen({ host = '127.0.0.1', port = 0 }: Listen = {}): Promise<{ readonly host: string; readonly port: number }> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => this.#accept(socket))
    this.#server = server
    return new Promise((resolve, reject) => {
      server.once('error', cause => {
        const message = `Cannot listen on ${host}:${port}: ${cause.message}. Choose another port.`
        reject(new ConetError('LISTEN_FAILED', message, { verdict: 'retry', data: { host, port }, cause }))
      })
      server.listen({ host, port }, () => {
        const address = server.address()
        resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port })
      })
    })
  }

  /** Takes no new flows; those under way are cut. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    if (server?.listening === true) await new Promise<void>(resolve => server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    // A program that talks nonsense or goes away needs no answer.
    this.#serve(socket).catch(() => socket.destroy())
  }

  async #serve(socket: Socket): Promise<void> {
    const first = await readUntil(socket, () => 1, HANDSHAKE_MS)
    socket.unshift(first)
    if (first[0] === SOCKS_VERSION) await this.#serveSocks(socket)
    else await this.#serveHttp(socket)
  }

  async #serveSocks(socket: Socket): Promise<void> {
    const target = await readSocksTarget(socket, HANDSHAKE_MS)
    if (target === undefined) return
    const flow = await this.#open(target).catch((error: unknown) => {
      const refused = error instanceof TargetRefused
      const code = refused && error.status === 403 ? SOCKS.refusedByRule : refused ? SOCKS.unreachable : SOCKS.failed
      hangUp(socket, socksReply(code))
    })
    if (flow === undefined) return
    socket.write(socksReply(SOCKS.ok))
    flow.ended(await join(socket, flow.socket, flow.meter))
  }

  async #serveHttp(socket: Socket): Promise<void> {
    const head = parseHead(await readUntil(socket, headLength, HANDSHAKE_MS))
    const wish = head === undefined ? undefined : readWish(head)
    if (wish === undefined) {
      const message = 'Ask for CONNECT host:port or an absolute http:// address.'
      hangUp(socket, httpError(400, 'Bad Request', 'REQUEST_MALFORMED', message))
      return
    }
    const flow = await this.#open(wish.target).catch((error: unknown) => {
      hangUp(socket, wordError(error))
    })
    if (flow === undefined) return
    if (wish.answer !== '') socket.write(wish.answer)
    if (wish.preamble !== '') {
      flow.socket.write(wish.preamble, 'latin1')
      flow.meter.up(Buffer.byteLength(wish.preamble, 'latin1'))
    }
    flow.ended(await join(socket, flow.socket, flow.meter))
  }
}

/** Says a last word; a program that does not hang up itself is not waited for. */
function hangUp(socket: Socket, word: string | Buffer): void {
  socket.end(word)
  socket.resume()
  setTimeout(() => socket.destroy(), LAST_WORD_MS).unref()
}

function wordError(error: unknown): string {
  if (error instanceof TargetRefused) {
    const { status, code, message } = error
    return httpError(status >= 400 && status < 600 ? status : 502, 'Refused', code, message)
  }
  const known = error instanceof ConetError
  const message = known ? error.message : 'No provider could open this connection.'
  return httpError(503, 'Service Unavailable', known ? error.code : 'OFFLINE', message)
}
