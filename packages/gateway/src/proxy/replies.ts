import { STATUS_CODES } from 'node:http'
import { REFUSALS, type RefusalCode } from './codes.js'

/** Carries the refusal's code where a body is awkward to read: relays pass it on. Lower case, as Node reports it. */
export const CODE_HEADER = 'conet-code'

/** What an HTTP refusal consists of: status, header fields, JSON body `{"error":{"code","message"}}`. */
export interface HttpRefusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Words a refusal in HTTP. 407 names the scheme (RFC 9110 section 11.7.1). */
export function httpRefusal(code: RefusalCode): HttpRefusal {
  const { http, message } = REFUSALS[code]
  const body = `${JSON.stringify({ error: { code, message } })}\n`
  return {
    status: http,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      'Conet-Code': code,
      ...(http === 407 && { 'Proxy-Authenticate': 'Basic realm="conet", charset="UTF-8"' }),
    },
    body,
  }
}

/** The same as raw text, for a socket that no longer has an HTTP parser; says that the connection ends. */
export function rawRefusal(code: RefusalCode): string {
  const { status, headers, body } = httpRefusal(code)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}Connection: close\r\n\r\n${body}`
}
