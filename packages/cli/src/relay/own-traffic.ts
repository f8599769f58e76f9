import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
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
  /** Addresses of this machine on the interface. */
  readonly addresses: () => ReadonlySet<string>
  readonly monotonic: () => Millis
}

/** What may be carried for others now: the interface's count less what was carried is the owner's own traffic. */
export class OwnTraffic {
  readonly #options: OwnTrafficOptions
  #at: Millis
  #passed: number
  /** Of the interface's bytes, those of others since the last look. */
  #others = 0
  #addresses: ReadonlySet<string>
  #allowance: number

  constructor(options: OwnTrafficOptions) {
    this.#options = options
    this.#at = options.monotonic()
    this.#passed = options.passed()
    this.#addresses = options.addresses()
    this.#allowance = this.#allow(0)
  }

  /**
   * Counts bytes carried for others: what comes in and goes out by the interface passes it twice, what comes from another
   * interface once.
   *
   * @param addresses - of this machine, at the socket it came by and the one it left by
   */
  carried(bytes: number, addresses: readonly string[]): void {
    this.#others += bytes * addresses.filter(address => this.#addresses.has(address.replace(/^::ffff:/, ''))).length
  }

  /** Bytes per second. */
  get allowance(): number {
    const { monotonic, passed, addresses } = this.#options
    const now = monotonic()
    const elapsedMs = now - this.#at
    if (elapsedMs < WINDOW_MS) return this.#allowance
    const all = passed() - this.#passed
    const own = Math.max(0, all - this.#others)
    this.#at = now
    this.#passed += all
    this.#others = 0
    this.#addresses = addresses()
    this.#allowance = this.#allow((own * 1_000) / elapsedMs)
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

/** Addresses of this machine on an interface. */
export function interfaceAddresses(name: string): ReadonlySet<string> {
  return new Set((networkInterfaces()[name] ?? []).map(({ address }) => address))
}
