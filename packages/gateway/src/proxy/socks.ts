import type { Socket } from 'node:net'
import { REFUSALS, type RefusalCode } from './codes.js'
import { openFlow, type ProxyContext, type Visitor } from './context.js'
import { ChunkReader } from './reader.js'
import type { Session } from './session.js'
import {
  type Read,
  readCredentials,
  readGreeting,
  readRequest,
  SOCKS,
  type SocksRequest,
  socksReply,
} from './socks5.js'

/** Reads whole messages off a socket, whatever the chunks they come in. */
class Inbox {
  private bytes: Uint8Array = new Uint8Array(0)

  constructor(private readonly socket: Socket) {}

  /** @returns `'malformed'` also if the client ends before the message does */
  next<T>(read: (bytes: Uint8Array) => Read<T>): Promise<{ readonly value: T } | 'malformed'> {
    const { socket } = this
    return new Promise(resolve => {
      const done = (result: { readonly value: T } | 'malformed') => {
        socket.removeListener('data', take).removeListener('end', gone).removeListener('close', gone).pause()
        resolve(result)
      }
      const gone = () => done('malformed')
      const take = (chunk: Uint8Array) => {
        this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk])
        const result = read(this.bytes)
        if (result === undefined) return
        if (result !== 'malformed') this.bytes = this.bytes.subarray(result.length)
        done(result)
      }
      if (socket.destroyed) return resolve('malformed')
      socket.on('data', take).once('end', gone).once('close', gone)
      if (this.bytes.length > 0) take(new Uint8Array(0))
      if (socket.listenerCount('data') > 0) socket.resume()
    })
  }

  /** What came after the handshake already belongs to the flow. */
  get rest(): Uint8Array {
    return this.bytes
  }
}

/** Says the last word and hangs up. The rest is read and dropped: unread bytes would turn the reply into a reset. */
function hangUp({ socket, waits }: Visitor, last: Uint8Array): void {
  waits()
  socket.end(last)
  socket.resume()
}

async function authenticated(context: ProxyContext, visitor: Visitor, inbox: Inbox): Promise<Session | undefined> {
  const { socket } = visitor
  const greeting = await inbox.next(readGreeting)
  if (greeting === 'malformed') return void socket.destroy()
  if (!greeting.value) return void hangUp(visitor, SOCKS.noMethod)
  socket.write(SOCKS.chooseUserPassword)
  const credentials = await inbox.next(readCredentials)
  if (credentials === 'malformed') return void socket.destroy()
  const session = context.book.authenticate(credentials.value, socket.remoteAddress ?? '')
  if (!session.ok) return void hangUp(visitor, SOCKS.authFailed)
  socket.write(SOCKS.authOk)
  return session.value
}

async function serveRequest(context: ProxyContext, visitor: Visitor, session: Session, inbox: Inbox) {
  const { socket } = visitor
  const request: { readonly value: SocksRequest } | 'malformed' = await inbox.next(readRequest)
  if (request === 'malformed') return void socket.destroy()
  const refuse = (code: RefusalCode) => hangUp(visitor, socksReply(REFUSALS[code].socks))
  if (typeof request.value === 'string') return refuse(request.value)
  visitor.admitted()
  const reader = new ChunkReader(context.pool)
  const flow = await openFlow(context, session, socket, request.value, reader)
  if (!flow.ok) return refuse(flow.code)
  socket.write(socksReply(0))
  flow.value.tunnel(reader, inbox.rest)
}

/** Serves one SOCKS5 connection (RFC 1928: CONNECT only; RFC 1929: user and password only). */
export async function serveSocks(context: ProxyContext, visitor: Visitor): Promise<void> {
  const inbox = new Inbox(visitor.socket)
  const session = await authenticated(context, visitor, inbox)
  if (session !== undefined) await serveRequest(context, visitor, session, inbox)
}
