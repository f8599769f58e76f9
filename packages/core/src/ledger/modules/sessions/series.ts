import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { encodeUtf8 } from '../../../wire/index.js'
import type { Voucher } from './voucher.js'

/** What decides who is paid: vouchers that differ in any of it do not count against each other. */
export type Payees = Pick<Voucher, 'provider' | 'asset' | 'shares'>

/** Vouchers of a session repeat the same payees: room for those of 32,768 busy providers, 10 MB when full. */
const REMEMBERED = 32_768
const known = new Map<string, string>()

/**
 * Names the series that a voucher belongs to: 16 bytes of SHA-256 over provider, asset and shares, in hex (LED-82).
 *
 * Without it a client could settle its own session with shares that lead back to itself, and the provider's vouchers would
 * be below what "was settled".
 */
export function seriesOf(payees: Payees): string {
  const { provider, asset, shares } = payees
  // Names hold no blank, so the short form cannot be taken for the text of a list.
  const name = shares.length === 0 ? `${provider} ${asset}` : textOf(payees)
  const before = known.get(name)
  if (before !== undefined) return before
  const series = bytesToHex(sha256(encodeUtf8(textOf(payees)))).slice(0, 32)
  if (known.size >= REMEMBERED) known.clear()
  known.set(name, series)
  return series
}

function textOf({ provider, asset, shares }: Payees): string {
  return JSON.stringify([provider, asset, ...shares.map(({ to, bps }) => [to, bps])])
}
