import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

export const OPEN_SESSION = '/v1/sessions'
/** WebSocket of one session. */
export const ROUNDS_LINE = /^\/v1\/sessions\/[0-9a-f]{32}\/rounds$/

/** What a guest may ask of the node's API: offers, its own account, sessions. Everything else is the owner's. */
const GUEST_PATHS: Readonly<Record<string, readonly RegExp[]>> = {
  GET: [
    /^\/v1\/node$/,
    /^\/v1\/offers(\/[^/]+)?$/,
    /^\/v1\/accounts\/[^/]+(\/history)?$/,
    /^\/1\.0\/identifiers\/[^/]+$/,
    /^\/v1\/sessions\/[0-9a-f]{32}\/statement$/,
  ],
  POST: [/^\/v1\/sessions$/, /^\/v1\/sessions\/[0-9a-f]{32}\/(vouchers|close)$/],
}

/** Whether a request goes on to the node's API. */
export function isGuestPath(method: string | undefined, path: string): boolean {
  return GUEST_PATHS[method ?? '']?.some(pattern => pattern.test(path)) ?? false
}

/** Path without query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}

/** Host name of a Host header, without port and brackets, lower case. */
export function hostName(header: string): string {
  const bracket = /^\[([^\]]*)\](:\d+)?$/.exec(header)
  return (bracket?.[1] ?? header.replace(/:\d+$/, '')).toLowerCase()
}

/** Base URL of a plain HTTP server. */
export function baseOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}${port === 80 ? '' : `:${port}`}`
}
