import { ok, type Result, reject } from '@conet/core/errors'
import type { Bytes } from '@conet/core/units'
import { type Attributes, first, octetsText, sessionOf, stationOf } from './attributes.js'
import type { RadiusCode } from './codes.js'

/** What one Accounting-Request says (RFC 2866, 2869). */
export interface AccountingRecord {
  readonly status: 'Start' | 'Interim-Update' | 'Stop' | 'Accounting-On' | 'Accounting-Off'
  /** Of the access point's own accounting session; empty for On and Off. */
  readonly acctId: string
  readonly session: string | undefined
  readonly userName: string | undefined
  readonly station: string | undefined
  readonly nas: string | undefined
  /** Counters since the accounting session began. */
  readonly up: Bytes
  readonly down: Bytes
  /** Gigawords were sent: the counters have 64 bits, and do not begin again at 2^32. */
  readonly wide: boolean
  readonly seconds: number | undefined
}

const STATUS: Readonly<Record<string, AccountingRecord['status']>> = {
  '1': 'Start',
  Start: 'Start',
  '2': 'Stop',
  Stop: 'Stop',
  '3': 'Interim-Update',
  'Interim-Update': 'Interim-Update',
  Alive: 'Interim-Update',
  '7': 'Accounting-On',
  'Accounting-On': 'Accounting-On',
  '8': 'Accounting-Off',
  'Accounting-Off': 'Accounting-Off',
}

/** @returns an unsigned 32-bit number, `undefined` if the attribute is missing, NaN if it is none */
function word(attributes: Attributes, name: string): number | undefined {
  const text = first(attributes, name)
  if (text === undefined) return undefined
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return value <= 0xffff_ffff ? value : Number.NaN
}

const WORDS = [
  'Acct-Input-Octets',
  'Acct-Output-Octets',
  'Acct-Input-Gigawords',
  'Acct-Output-Gigawords',
  'Acct-Session-Time',
] as const

/**
 * Reads an Accounting-Request. Input is what the station sent (RFC 2866 5.3): up.
 *
 * @returns `ATTRIBUTES_MALFORMED` with `data.what`
 */
export function readRecord(attributes: Attributes): Result<AccountingRecord, RadiusCode> {
  const status = STATUS[first(attributes, 'Acct-Status-Type') ?? '']
  if (status === undefined) return reject('ATTRIBUTES_MALFORMED', { what: 'Acct-Status-Type' })
  const whole = status === 'Accounting-On' || status === 'Accounting-Off'
  const acctId = first(attributes, 'Acct-Session-Id') ?? ''
  if (!whole && (acctId === '' || acctId.length > 253))
    return reject('ATTRIBUTES_MALFORMED', { what: 'Acct-Session-Id' })
  const words = WORDS.map(name => word(attributes, name))
  const bad = words.findIndex(value => Number.isNaN(value))
  if (bad >= 0) return reject('ATTRIBUTES_MALFORMED', { what: WORDS[bad] })
  const [input = 0, output = 0, inputGiga, outputGiga, seconds] = words
  const userName = first(attributes, 'User-Name')
  const classes = (attributes.get('Class') ?? []).map(value => sessionOf(octetsText(value)))
  return ok({
    status,
    acctId,
    session: classes.find(id => id !== undefined) ?? sessionOf(userName),
    userName,
    station: stationOf(first(attributes, 'Calling-Station-Id')),
    nas: first(attributes, 'NAS-IP-Address') ?? first(attributes, 'NAS-IPv6-Address'),
    up: (BigInt(inputGiga ?? 0) << 32n) + BigInt(input),
    down: (BigInt(outputGiga ?? 0) << 32n) + BigInt(output),
    wide: inputGiga !== undefined || outputGiga !== undefined,
    seconds,
  })
}

interface Counter {
  last: Bytes
  total: Bytes
}

interface AcctSession {
  readonly up: Counter
  readonly down: Counter
  seconds: number
  wide: boolean
}

/** A 32-bit counter that fell by more than half of its range began again; one that fell by less went back, and waits. */
const HALF = 1n << 31n
const WORD = 1n << 32n
/** Accounting sessions of one session: a roaming station begins one per access point. More is no honest access point. */
const MOST_SESSIONS = 1_000

function advance(counter: Counter, seen: Bytes, wide: boolean): void {
  const { last } = counter
  if (seen >= last) counter.total += seen - last
  else if (!wide && last - seen > HALF) counter.total += WORD - last + seen
  else return
  counter.last = seen
}

/**
 * Adds up what access points report about one session. Never counts a byte twice and never goes down: repeated, late and reordered
 * records change nothing, a counter that goes back waits until it is passed again, a missing Stop needs nothing.
 */
export class Tally {
  readonly #sessions = new Map<string, AcctSession>()

  get up(): Bytes {
    return this.#sum('up')
  }

  get down(): Bytes {
    return this.#sum('down')
  }

  /** @returns `false` if the record is older than what is known, or one too many */
  add(record: AccountingRecord): boolean {
    const key = `${record.nas ?? ''} ${record.acctId}`
    let known = this.#sessions.get(key)
    if (known === undefined) {
      if (this.#sessions.size >= MOST_SESSIONS) return false
      known = { up: { last: 0n, total: 0n }, down: { last: 0n, total: 0n }, seconds: 0, wide: false }
      this.#sessions.set(key, known)
    }
    if (record.seconds !== undefined && record.seconds < known.seconds) return false
    known.seconds = record.seconds ?? known.seconds
    known.wide ||= record.wide
    advance(known.up, record.up, known.wide)
    advance(known.down, record.down, known.wide)
    return true
  }

  #sum(way: 'up' | 'down'): Bytes {
    let sum = 0n
    for (const session of this.#sessions.values()) sum += session[way].total
    return sum
  }
}
