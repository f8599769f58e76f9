import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Node lists no more members of a request's head (two for each header). What lies beyond may say how long the body is. */
const MOST_HEADER_PARTS = 2_000

/** Whether a request asks for a WebSocket, perhaps among others. */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return (headers.upgrade ?? '').split(',').some(name => name.trim().toLowerCase() === 'websocket')
}

/**
 * Answers a request as if it did not ask for another protocol (RFC 9110 7.8): Node has stopped parsing behind its head, so the
 * connection is handed in again, from that head on and without what asked.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request
  if (rawHeaders.length >= MOST_HEADER_PARTS) {
    socket.destroy()
    return
  }
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'upgrade') lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
