import {
  createServer as createHttp,
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
} from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { ConetError } from '@conet/core/errors'

/** A line of every session that pays from the page (20,000), and room for calls. */
const MAX_CONNECTIONS = 24_000
/** Of one device: a browser opens six and a line. Who sends slowly holds its own places only. */
const PER_ADDRESS = 64
/** Until the first byte, and between any two. */
const SILENT_MS = 10_000
const KEEP_ALIVE_MS = 5_000
/** First byte of a TLS record that carries a handshake (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16

/** Key and certificate chain in PEM. */
export interface Tls {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

/** Listener for requests that want another protocol. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Whether a request came by TLS. */
export function isSecure(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true
}

/**
 * One port for HTTP and HTTPS: probes of devices come by plain HTTP whatever the page has, and the first byte tells them apart.
 * Without TLS it speaks HTTP alone.
 */
export class Front {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #perAddress = new Map<string, number>()

  constructor(tls: Tls | undefined, handle: RequestListener, upgrade: Upgrade) {
    const times = { keepAliveTimeout: KEEP_ALIVE_MS }
    const plain = createHttp(times, handle)
    const secure = tls && createHttps({ ...times, ...tls, minVersion: 'TLSv1.2' }, handle)
    for (const server of [plain, secure]) server?.on('upgrade', upgrade).setTimeout(SILENT_MS)
    this.#server = createServer(socket => {
      if (this.#welcome(socket)) route(socket, plain, secure)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  get address(): ReturnType<Server['address']> {
    return this.#server.address()
  }

  /** @throws ConetError `LISTEN_FAILED` */
  listen(listen: { readonly host: string; readonly port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', cause => {
        const message = `the portal cannot listen on ${listen.host}:${listen.port}: free the port or choose another`
        reject(new ConetError('LISTEN_FAILED', message, { verdict: 'retry', data: { ...listen }, cause }))
      })
      this.#server.listen({ ...listen }, resolve)
    })
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
    })
  }

  /** One device must not take the places of all others. */
  #welcome(socket: Socket): boolean {
    const address = socket.remoteAddress ?? ''
    const before = this.#perAddress.get(address) ?? 0
    socket.on('error', () => socket.destroy())
    if (before >= PER_ADDRESS) {
      socket.destroy()
      return false
    }
    this.#sockets.add(socket)
    this.#perAddress.set(address, before + 1)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left === 0) this.#perAddress.delete(address)
      else this.#perAddress.set(address, left)
    })
    return true
  }
}

function route(socket: Socket, plain: HttpServer, secure: HttpServer | undefined): void {
  if (secure === undefined) return void plain.emit('connection', socket)
  const late = setTimeout(() => socket.destroy(), SILENT_MS)
  socket.once('close', () => clearTimeout(late))
  socket.once('data', first => {
    clearTimeout(late)
    // Both servers read what was put back before anything new.
    socket.pause()
    socket.unshift(first)
    if (first[0] === TLS_HANDSHAKE) return void secure.emit('connection', socket)
    plain.emit('connection', socket)
    socket.resume()
  })
}
