import type { IncomingMessage } from 'node:http'

/** Fields that belong to one connection (RFC 9110 section 7.6.1) or are for this proxy only. `Expect` was answered here. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Whether a message announces a body (RFC 9112 section 6). */
export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

/** Whether the parser has undone every transfer coding: what `gzip, chunked` leaves behind is still coded, and would be told as if it were not. */
export const isDecoded = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  ['chunked', 'identity'].includes(headers['transfer-encoding']?.trim().toLowerCase() ?? 'identity')

/** Header fields as they may be forwarded: names in their first spelling, every value in order. */
export type Fields = Map<string, { readonly name: string; readonly values: string[] }>

function named(raw: readonly string[], field: string): string[] {
  const values = raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === field)
  return values.flatMap(value => value.split(',')).map(name => name.trim().toLowerCase())
}

/**
 * Removes what must not travel further: hop-by-hop fields, those that `Connection` names, and credentials of the proxy.
 *
 * @param raw - Node's `rawHeaders`: name, value, name, value …
 * @returns fields by lower-case name
 */
export function endToEnd(raw: readonly string[]): Fields {
  const dropped = new Set(named(raw, 'connection'))
  // Whoever names its own length here would have the next hop read the message differently.
  dropped.delete('content-length')
  const fields: Fields = new Map()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    const key = name.toLowerCase()
    if (HOP_BY_HOP.has(key) || dropped.has(key)) continue
    const known = fields.get(key)
    if (known === undefined) fields.set(key, { name, values: [value] })
    else known.values.push(value)
  }
  return fields
}

/** Bytes of a start line and fields as they are forwarded: what plain HTTP is billed besides its body. */
export function headSize(startLine: string, fields: Fields): number {
  let size = startLine.length + 4
  for (const { name, values } of fields.values()) {
    for (const value of values) size += name.length + 2 + value.length + 2
  }
  return size
}
