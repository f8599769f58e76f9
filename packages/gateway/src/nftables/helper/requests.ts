import { isIPv4, isIPv6 } from 'node:net'
import { ok, type Result, reject } from '@conet/core/errors'
import { LONGEST_LEASE_MS, MOST_ITEMS, type OpenItem, type RenewItem, type Request } from '../protocol.js'

/** Above this the kernel's own limit arithmetic would overflow (nanoseconds times rate in 64 bits). */
const HIGHEST_RATE = 4_000_000_000

type Fields = Readonly<Record<string, unknown>>

const isWhole = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
const isBytes = (value: unknown) => typeof value === 'string' && /^(0|[1-9][0-9]{0,24})$/.test(value)
const isNumber = (value: unknown) => isWhole(value, 1, 0xffff_ffff)
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const hasOnly = (value: Fields, names: readonly string[]) => Object.keys(value).every(name => names.includes(name))

/** An address that can be forwarded: link-local ones cannot. */
function isClientAddress(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 45) return false
  return isIPv4(value) || (isIPv6(value) && !value.includes('%') && !/^(fe[89ab]|::)/i.test(value))
}

function isOpenItem(value: unknown): value is OpenItem {
  return (
    isFields(value) &&
    hasOnly(value, ['ip', 'forMs', 'quota', 'rate']) &&
    isClientAddress(value.ip) &&
    isWhole(value.forMs, 1, Number.MAX_SAFE_INTEGER) &&
    isBytes(value.quota) &&
    (value.rate === undefined || isWhole(value.rate, 1, HIGHEST_RATE))
  )
}

function isRenewItem(value: unknown): value is RenewItem {
  return (
    isFields(value) &&
    hasOnly(value, ['n', 'forMs', 'quota', 'used']) &&
    isNumber(value.n) &&
    isWhole(value.forMs, 1, Number.MAX_SAFE_INTEGER) &&
    isBytes(value.quota) &&
    isBytes(value.used)
  )
}

const isList = (value: unknown, each: (item: unknown) => boolean) =>
  Array.isArray(value) && value.length <= MOST_ITEMS && value.every(each)

const FORMS: Readonly<Record<Request['op'], { readonly names: readonly string[]; fits(value: Fields): boolean }>> = {
  hello: { names: ['version'], fits: value => isWhole(value.version, 1, 1_000) },
  open: { names: ['items'], fits: value => isList(value.items, isOpenItem) },
  renew: { names: ['items'], fits: value => isList(value.items, isRenewItem) },
  close: { names: ['sessions'], fits: value => isList(value.sessions, isNumber) },
  read: {
    names: ['sessions', 'leases'],
    fits: value =>
      isList(value.sessions, isNumber) && (value.leases === undefined || typeof value.leases === 'boolean'),
  },
  neighbour: { names: ['ip'], fits: value => isClientAddress(value.ip) },
}

/**
 * Reads one line of a node. Nothing of it is trusted: whoever holds the socket can ask, but only for what is listed here.
 *
 * @returns `REQUEST_MALFORMED` with the reason
 */
export function readRequest(line: string): Result<Request, 'REQUEST_MALFORMED'> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return reject('REQUEST_MALFORMED', { why: 'no JSON' })
  }
  if (!isFields(value) || !isWhole(value.id, 0, Number.MAX_SAFE_INTEGER)) {
    return reject('REQUEST_MALFORMED', { why: 'no id' })
  }
  const op = typeof value.op === 'string' && Object.hasOwn(FORMS, value.op) ? (value.op as Request['op']) : undefined
  if (op === undefined) return reject('REQUEST_MALFORMED', { why: 'unknown op', id: value.id })
  const form = FORMS[op]
  if (!hasOnly(value, ['id', 'op', ...form.names]) || !form.fits(value)) {
    return reject('REQUEST_MALFORMED', { why: `members of ${op}`, id: value.id })
  }
  return ok(value as unknown as Request)
}

/** What the kernel is asked for at most, whatever the node wants. */
export const cappedLease = (forMs: number) => Math.min(forMs, LONGEST_LEASE_MS)
