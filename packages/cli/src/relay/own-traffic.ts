import { readFileSync } from 'node:fs'
import { carriageAllowance } from '@conet/core/carry'
import type { Millis } from '@conet/core/units'

/** Rates are taken over this time: short enough that own traffic gets room soon after it starts. */
const WINDOW_MS: Millis = 250

export interface OwnTrafficOptions {
  /** Bytes per second of the uplink, both ways together. */
  readonly uplinkBytesPerSecond: number
  readonly floorBytesPerSecond: number
  /** All bytes that passed the interface so far. */
  readonly passed: () => number
  /** Bytes carried for others so far. */
  readonly carried: () => number
  readonly monotonic: () => Millis
}

/** What may be carried for others now: the interface's count less what was carried is the owner's own traffic. */
export class OwnTraffic {
  readonly #options: OwnTrafficOptions
  #at: Millis
  #passed: number
  #carried: number
  #allowance: number

  constructor(options: OwnTrafficOptions) {
    this.#options = options
    this.#at = options.monotonic()
    this.#passed = options.passed()
    this.#carried = options.carried()
    this.#allowance = this.#allow(0)
  }

  /** Bytes per second. */
  get allowance(): number {
    const { monotonic, passed, carried } = this.#options
    const now = monotonic()
    const elapsedMs = now - this.#at
    if (elapsedMs < WINDOW_MS) return this.#allowance
    const all = passed() - this.#passed
    // What a relay carries comes in and goes out again: the interface counts it twice.
    const others = 2 * (carried() - this.#carried)
    this.#at = now
    this.#passed += all
    this.#carried += others / 2
    this.#allowance = this.#allow((Math.max(0, all - others) * 1_000) / elapsedMs)
    return this.#allowance
  }

  #allow(ownBytesPerSecond: number): number {
    const { uplinkBytesPerSecond, floorBytesPerSecond } = this.#options
    return carriageAllowance(uplinkBytesPerSecond, ownBytesPerSecond, floorBytesPerSecond)
  }
}

/**
 * Bytes received and sent by an interface since it came up, by the kernel's count.
 *
 * @returns `undefined` for an interface that does not exist
 */
export function interfaceBytes(name: string, root = '/sys/class/net'): number | undefined {
  try {
    const count = (file: string) => Number(readFileSync(`${root}/${name}/statistics/${file}`, 'utf8'))
    return count('rx_bytes') + count('tx_bytes')
  } catch {
    return undefined
  }
}
