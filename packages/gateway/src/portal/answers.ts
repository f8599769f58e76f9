import type { ServerResponse } from 'node:http'
import type { PortalCode } from './codes.js'

/** On every answer of the portal itself: nothing is sniffed, framed, kept or leaked by a referrer. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const

/** For the page: own scripts and styles only, talking to this portal only. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const STATUS: Readonly<Record<PortalCode, number>> = {
  CLIENT_UNKNOWN: 403,
  TOKEN_MISSING: 403,
  TOKEN_FORGED: 403,
  TOKEN_EXPIRED: 403,
  TOKEN_USED: 409,
  TOKEN_FOREIGN: 403,
  SITE_FOREIGN: 403,
  NOT_FOUND: 404,
  LOGIN_NEEDED: 511,
}

const MESSAGES: Readonly<Record<PortalCode, string>> = {
  CLIENT_UNKNOWN: 'This device is not on the guests’ network: join it, then load the page again.',
  TOKEN_MISSING: 'The page’s token is missing: load the page again.',
  TOKEN_FORGED: 'This token was not made by this portal: load the page again.',
  TOKEN_EXPIRED: 'The page was open for too long: load it again.',
  TOKEN_USED: 'A session was opened with this token already: load the page again for another.',
  TOKEN_FOREIGN: 'The token belongs to another device, or this device’s address changed: load the page again.',
  SITE_FOREIGN: 'Only the portal’s own page may ask for a token.',
  NOT_FOUND: 'There is nothing for guests at this path.',
  LOGIN_NEEDED: 'Log in to this network first: open its page.',
}

/** Sends a body of the portal's own. */
export function send(response: ServerResponse, status: number, type: string, body: string | Buffer, more: object = {}) {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(body), ...more })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

export function sendJson(response: ServerResponse, value: object, type = 'application/json'): void {
  send(response, 200, type, JSON.stringify(value))
}

/** A refusal in the form of the node's API. */
export function refuse(response: ServerResponse, code: PortalCode, data: object = {}): void {
  const body = JSON.stringify({ error: { code, message: MESSAGES[code], data } })
  send(response, STATUS[code], 'application/json', body)
}

/**
 * Sends a device that looks for the internet to the portal. What a browser or the system's probe fetches is redirected;
 * everything else learns by 511 that a login is needed, and takes it for no answer of the site it wanted (RFC 6585 section 6).
 * The connection is closed: once the device is let in, its next one must go past the portal.
 */
export function sendAway(response: ServerResponse, portalUrl: string): void {
  const plain = ['GET', 'HEAD'].includes(response.req.method ?? '')
  const body = `<!doctype html><title>Network login</title><p>${MESSAGES.LOGIN_NEEDED} <a href="${portalUrl}">${portalUrl}</a></p>`
  const headers = { connection: 'close', ...(plain && { location: portalUrl }) }
  send(response, plain ? 302 : STATUS.LOGIN_NEEDED, 'text/html; charset=utf-8', body, headers)
}
