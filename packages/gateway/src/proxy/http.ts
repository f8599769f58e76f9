import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Result, reject } from '@conet/core/errors'
import type { RefusalCode } from './codes.js'
import { openFlow, type ProxyContext, type Visitor } from './context.js'
import { forward } from './forward.js'
import { hasBody, isDecoded } from './headers.js'
import { ChunkReader } from './reader.js'
import { httpRefusal, rawRefusal } from './replies.js'
import type { Session } from './session.js'
import { parseAbsolute, parseAuthority } from './target.js'

/** Longest `Proxy-Authorization` that is looked at; ours has 77 characters. */
const LONGEST_AUTH = 1_024

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'

/** Reads Basic credentials (RFC 7617) and finds their session. */
function authenticate(context: ProxyContext, request: IncomingMessage): Result<Session, RefusalCode> {
  const field = request.headers['proxy-authorization']
  if (field === undefined) return reject('AUTH_MISSING')
  const [, token] = (field.length <= LONGEST_AUTH && /^basic +([a-z0-9+/]+=*)$/i.exec(field)) || []
  if (token === undefined) return reject('AUTH_UNKNOWN')
  const text = Buffer.from(token, 'base64').toString()
  const colon = text.indexOf(':')
  const credentials = { username: text.slice(0, Math.max(colon, 0)), password: text.slice(colon + 1) }
  return context.book.authenticate(credentials, request.socket.remoteAddress ?? '')
}

/** Ends a connection with a refusal. Its rest is read and dropped: unread bytes would turn the reply into a reset. */
function refuseTunnel({ socket, waits }: Visitor, code: RefusalCode): void {
  waits()
  socket.end(rawRefusal(code))
  socket.resume()
}

async function serveConnect(context: ProxyContext, request: IncomingMessage, visitor: Visitor, head: Buffer) {
  const { socket } = visitor
  const session = authenticate(context, request)
  if (!session.ok) return refuseTunnel(visitor, session.code)
  const target = parseAuthority(request.url ?? '')
  if (!target.ok) return refuseTunnel(visitor, target.code)
  visitor.admitted()
  const reader = new ChunkReader(context.pool)
  const flow = await openFlow(context, session.value, socket, target.value, reader)
  if (!flow.ok) return refuseTunnel(visitor, flow.code)
  socket.write(ESTABLISHED)
  flow.value.tunnel(reader, head)
}

function refuse(request: IncomingMessage, response: ServerResponse, code: RefusalCode): void {
  const { status, headers, body } = httpRefusal(code)
  if (response.headersSent || response.destroyed) return void request.socket.destroy()
  // A body that nobody reads would be taken for the next request.
  response.writeHead(status, hasBody(request) ? { ...headers, Connection: 'close' } : headers)
  response.end(body)
}

async function serveRequest(context: ProxyContext, request: IncomingMessage, response: ServerResponse) {
  response.sendDate = false
  const session = authenticate(context, request)
  if (!session.ok) return refuse(request, response, session.code)
  const target = parseAbsolute(request.url ?? '', request.method)
  if (!target.ok) return refuse(request, response, target.code)
  if (!isDecoded(request)) return refuse(request, response, 'CODING_UNSUPPORTED')
  const flow = await openFlow(context, session.value, request.socket, target.value)
  if (!flow.ok) return refuse(request, response, flow.code)
  forward(flow.value, target.value, request, response, code => refuse(request, response, code))
}

const CLIENT_ERRORS: Readonly<Record<string, RefusalCode>> = { HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE' }

/** The HTTP side of the proxy: Node's own server and parser, given sockets by the front. */
export class HttpFront {
  private readonly server: Server
  private readonly visitors = new WeakMap<Duplex, Visitor>()
  private readonly answering = new WeakMap<Duplex, number>()
  private readonly latest = new WeakMap<Duplex, IncomingMessage>()

  constructor(context: ProxyContext) {
    const { keepAliveMs } = context.limits
    // Time limits of heads are the front's: this server never listens, so its own checks would not run.
    const server = createServer({
      keepAliveTimeout: keepAliveMs,
      requireHostHeader: false,
      headersTimeout: 0,
      requestTimeout: 0,
    })
    // Node drops fields beyond a count in silence, also those that frame the body. The limit in bytes refuses instead.
    server.maxHeadersCount = 0
    this.server = server
    server.on('connect', (request, socket, head) => {
      const visitor = this.visitors.get(socket)
      if (visitor !== undefined) void serveConnect(context, request, visitor, head).catch(() => socket.destroy())
    })
    server.on('request', (request, response) => {
      this.track(request, response)
      void serveRequest(context, request, response).catch(() => request.socket.destroy())
    })
    server.on('clientError', (error, socket) => this.misread(error, socket))
  }

  /** Takes over a connection whose first bytes are still to be read. */
  accept(visitor: Visitor): void {
    const { socket } = visitor
    this.visitors.set(socket, visitor)
    this.server.emit('connection', socket)
    socket.resume()
  }

  /** Tells a client, if it still listens, why its time is over. */
  expire(socket: Socket): void {
    // In the middle of a body whose answer is out, a 408 would be taken for the answer to another request.
    const answeredEarly = this.latest.get(socket)?.complete === false
    // Whoever speaks SOCKS cannot read it.
    if (this.visitors.has(socket) && socket.writable && !answeredEarly) socket.end(rawRefusal('HANDSHAKE_TIMEOUT'))
  }

  /** The time limit runs while no request is being answered; pipelined requests overlap. */
  private track(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const visitor = this.visitors.get(socket)
    this.answering.set(socket, (this.answering.get(socket) ?? 0) + 1)
    this.latest.set(socket, request)
    visitor?.admitted()
    const waits = () => {
      if (this.answering.get(socket) === 0) visitor?.waits()
    }
    response.once('close', () => {
      this.answering.set(socket, (this.answering.get(socket) ?? 1) - 1)
      waits()
      // After an early answer the rest of the body has the same time, and the next request its own.
      request.once('end', waits)
    })
  }

  private misread(error: Error, socket: Duplex): void {
    const code = 'code' in error ? String(error.code) : ''
    const visitor = this.visitors.get(socket)
    if (code === 'ECONNRESET' || !socket.writable || visitor === undefined) return void socket.destroy()
    refuseTunnel(visitor, CLIENT_ERRORS[code] ?? 'REQUEST_MALFORMED')
  }
}
