import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** Whether a request asks for a WebSocket as RFC 6455 section 4.2.1 wants it. */
export function checkUpgrade({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    KEY.test(headers['sec-websocket-key'] ?? '')
  )
}

/** Answers the handshake of a request that passed `checkUpgrade`. No extensions. */
export function acceptUpgrade(request: IncomingMessage, socket: Duplex, protocol: string): void {
  const accept = hash('sha1', `${request.headers['sec-websocket-key']}${GUID}`, 'base64')
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade'
  socket.write(`${upgrade}\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`, 'latin1')
}
