import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { encodeUtf8 } from '../../../wire/index.js'
import type { Voucher } from './voucher.js'

/** What decides who is paid: vouchers that differ in any of it do not count against each other. */
export type Payees = Pick<Voucher, 'provider' | 'asset' | 'shares'>

/** A provider's vouchers repeat the same payees: 1,024 × about 0.3 KB. */
const REMEMBERED = 1_024
const known = new Map<string, string>()

/**
 * Names the series that a voucher belongs to: 16 bytes of SHA-256 over provider, asset and shares, in hex (LED-82).
 *
 * Without it a client could settle its own session with shares that lead back to itself, and the provider's vouchers would
 * be below what "was settled".
 */
export function seriesOf({ provider, asset, shares }: Payees): string {
  const text = JSON.stringify([provider, asset, ...shares.map(({ to, bps }) => [to, bps])])
  const before = known.get(text)
  if (before !== undefined) return before
  const series = bytesToHex(sha256(encodeUtf8(text))).slice(0, 32)
  if (known.size >= REMEMBERED) known.clear()
  known.set(text, series)
  return series
}
