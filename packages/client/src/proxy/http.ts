import { type Head, headerOf } from './head.js'

/** What a local program asked for by HTTP. */
export interface HttpWish {
  /** `host:port`, names as they were given. */
  readonly target: string
  /** What goes into the tunnel before the rest of the connection; empty for CONNECT. */
  readonly preamble: string
  /** Answer that opens a CONNECT tunnel to the program. */
  readonly answer: string
}

const HOP_BY_HOP = ['connection', 'keep-alive']

/**
 * Reads a proxy request. Plain HTTP becomes a tunnel to its server with the path alone in the first line; because the
 * next request on the connection may name another server, the server is asked to close after the answer.
 *
 * @returns `undefined` if it names no target this proxy can reach
 */
export function readWish(head: Head): HttpWish | undefined {
  const [method, uri, version] = head.first
  if (!/^HTTP\/1\.[01]$/.test(version)) return undefined
  if (method === 'CONNECT') {
    const target = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.test(uri) ? uri : undefined
    return target === undefined
      ? undefined
      : { target, preamble: '', answer: 'HTTP/1.1 200 Connection established\r\n\r\n' }
  }
  const url = uri.startsWith('http://') ? parseUrl(uri) : undefined
  if (url === undefined) return undefined
  const upgrade = headerOf(head, 'upgrade') !== undefined
  const headers = head.headers.filter(([name]) => keeps(name.toLowerCase(), upgrade))
  const lines = [...headers, ...(upgrade ? [] : [['Connection', 'close'] as const])]
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const preamble = `${method} ${url.pathname}${url.search} ${version}\r\n${text}\r\n`
  return { target: `${url.hostname}:${url.port === '' ? '80' : url.port}`, preamble, answer: '' }
}

/** An error a browser can show, with the code for programs. */
export function httpError(status: number, reason: string, code: string, message: string): string {
  const body = `${JSON.stringify({ error: { code, message } })}\n`
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nConet-Code: ${code}\r\n`
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
}

function keeps(name: string, upgrade: boolean): boolean {
  if (name.startsWith('proxy-')) return false
  return upgrade || !HOP_BY_HOP.includes(name)
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text)
    return url.hostname === '' || url.username !== '' ? undefined : url
  } catch {
    return undefined
  }
}
