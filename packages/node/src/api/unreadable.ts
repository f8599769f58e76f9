import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ApiCode } from './codes.js'
import { errorBody } from './errors.js'
import { API_HEADERS } from './headers.js'

/** What the parser's errors are for whoever sent the request; all others are a head that cannot be read. */
const KINDS: Readonly<Record<string, readonly [status: number, code: ApiCode, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'REQUEST_INVALID', 'the headers are larger than this node takes; send fewer'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'REQUEST_INVALID', 'the request took too long to arrive; send it again'],
  HPE_INVALID_CHUNK_SIZE: [400, 'BODY_MALFORMED', 'the body is not chunked as its header says; correct it'],
}

/** Answers in the common form what the HTTP parser refuses: it reaches no route, and the connection ends with it. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const unreadable = [400, 'REQUEST_INVALID', 'the request is no HTTP that can be read; correct it'] as const
    const [status, code, message] = KINDS[error.code ?? ''] ?? unreadable
    const body = JSON.stringify(errorBody(code, message))
    const type = { 'content-type': 'application/json; charset=utf-8' }
    const headers = { ...API_HEADERS, ...type, 'content-length': Buffer.byteLength(body), connection: 'close' }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
