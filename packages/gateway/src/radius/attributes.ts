import { ok, type Result, reject } from '@conet/core/errors'
import type { RadiusCode } from './codes.js'

/** Attributes of one RADIUS request by name, as rlm_rest tells them: the first value of each, as text. */
export type Attributes = ReadonlyMap<string, readonly string[]>

const MAX_ATTRIBUTES = 256

/**
 * Reads the body that rlm_rest posts: `{"User-Name":{"type":"string","value":["alice"]},…}`.
 *
 * @returns `ATTRIBUTES_MALFORMED` with `data.what`
 */
export function readAttributes(body: string): Result<Attributes, RadiusCode> {
  let tree: unknown
  try {
    tree = JSON.parse(body)
  } catch {
    return malformed('body')
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return malformed('body')
  const entries = Object.entries(tree)
  if (entries.length > MAX_ATTRIBUTES) return malformed('count')
  const found = new Map<string, readonly string[]>()
  for (const [name, attribute] of entries) {
    const values = readValues(attribute)
    if (values === undefined) return malformed(name.slice(0, 64))
    found.set(name, values)
  }
  return ok(found)
}

function readValues(attribute: unknown): readonly string[] | undefined {
  if (typeof attribute !== 'object' || attribute === null || !('value' in attribute)) return undefined
  const list = Array.isArray(attribute.value) ? attribute.value : [attribute.value]
  const values: string[] = []
  for (const value of list) {
    if (typeof value === 'string') values.push(value)
    else if (typeof value === 'number' && Number.isSafeInteger(value)) values.push(String(value))
    else return undefined
  }
  return values
}

function malformed(what: string) {
  return reject('ATTRIBUTES_MALFORMED', { what })
}

/** The first value of an attribute. */
export function first(attributes: Attributes, name: string): string | undefined {
  return attributes.get(name)?.[0]
}

/** Text of an attribute of octets: rlm_rest writes them as `0x…`. */
export function octetsText(value: string): string {
  return /^0x([0-9a-fA-F]{2})+$/.test(value) ? Buffer.from(value.slice(2), 'hex').toString('latin1') : value
}

/**
 * One form for the many in which access points write a MAC address (RFC 3580 3.20 and others): twelve lower-case digits.
 *
 * @returns `undefined` if it is none
 */
export function stationOf(callingStationId: string | undefined): string | undefined {
  const digits = (callingStationId ?? '').replaceAll(/[:.\s-]/g, '').toLowerCase()
  return /^[0-9a-f]{12}$/.test(digits) ? digits : undefined
}

/** The session a user name stands for: its id, a realm behind `@` allowed. */
export function sessionOf(userName: string | undefined): string | undefined {
  const id = /^([0-9a-f]{32})(@[A-Za-z0-9.-]{1,128})?$/i.exec(userName ?? '')?.[1]
  return id?.toLowerCase()
}
