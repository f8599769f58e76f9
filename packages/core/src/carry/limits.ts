import { ok, type Result, reject } from '../errors/index.js'
import type { Bytes, Did } from '../units/index.js'

/** Minutes of the day, by the relay's own clock: `from` inclusive, `to` exclusive; `from` > `to` goes over midnight. */
export interface Hours {
  readonly fromMinute: number
  readonly toMinute: number
}

/** What the relay's owner allows. */
export interface RelayLimits {
  /** Relays on one path, this one included: 1..7. */
  readonly maxRelays: number
  /** Below this charge nothing new is carried, in percent: 0..100. */
  readonly minBatteryPercent: number
  /** Bytes carried both ways from midnight to midnight. */
  readonly dataCapPerDay: Bytes
  /** Empty: always. */
  readonly hours: readonly Hours[]
  /** Empty: anybody. */
  readonly allowed: readonly Did[]
  readonly denied: readonly Did[]
  readonly maxChannels: number
  /** Bytes carried beyond what vouchers paid for. */
  readonly unpaidBytes: Bytes
}

/** How things stand at the relay now. */
export interface CarriageState {
  /** `undefined` when there is no battery. */
  readonly batteryPercent: number | undefined
  readonly carriedToday: Bytes
  /** 0..1439. */
  readonly minuteOfDay: number
  readonly channels: number
}

/**
 * Whether a relay takes a terminal on, and, asked again while it carries, whether it goes on.
 *
 * @param relays - on the whole path
 * @returns `CARRY_DENIED`, `CARRY_HOPS`, `CARRY_HOURS`, `CARRY_BATTERY`, `CARRY_DATA_CAP`, `CARRY_BUSY`
 * @see docs/spec/carry.md CAR-4
 */
export function admitCarriage(limits: RelayLimits, state: CarriageState, terminal: Did, relays: number): Result<true> {
  const { allowed, denied, hours } = limits
  if (denied.includes(terminal) || (allowed.length > 0 && !allowed.includes(terminal))) return reject('CARRY_DENIED')
  if (relays > limits.maxRelays) return reject('CARRY_HOPS', { relays, most: limits.maxRelays })
  if (hours.length > 0 && !hours.some(span => within(span, state.minuteOfDay))) return reject('CARRY_HOURS')
  const { batteryPercent } = state
  if (batteryPercent !== undefined && batteryPercent < limits.minBatteryPercent) {
    return reject('CARRY_BATTERY', { percent: batteryPercent, least: limits.minBatteryPercent })
  }
  if (state.carriedToday >= limits.dataCapPerDay) return reject('CARRY_DATA_CAP', { cap: limits.dataCapPerDay })
  if (state.channels >= limits.maxChannels) return reject('CARRY_BUSY', { channels: state.channels })
  return ok(true)
}

function within({ fromMinute, toMinute }: Hours, minute: number): boolean {
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}

/**
 * Bytes carried for a channel that no voucher covers. A voucher counts the session's payload; sealing, acknowledgements
 * and the session's own messages come on top, so a tenth more is covered too (rounded down).
 *
 * @param carried - both ways, as the relay counted
 * @param paidFor - the vouchers' `bytes`, summed over the sessions of the channel
 */
export function unpaidCarriage(carried: Bytes, paidFor: Bytes): Bytes {
  const covered = paidFor + paidFor / 10n
  return carried > covered ? carried - covered : 0n
}
