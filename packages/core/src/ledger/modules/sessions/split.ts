import type { Amount, Did } from '../../../units/index.js'

/** A part of a payment. */
export interface Part {
  readonly to: Did
  readonly amount: Amount
}

/**
 * Splits an amount: each share is rounded down, the remainder goes to the provider, so the parts always sum to the whole.
 *
 * @param shares - basis points that sum to 10,000 at most
 * @see docs/spec/ledger.md LED-83
 */
export function split(
  whole: Amount,
  provider: Did,
  shares: readonly { readonly to: Did; readonly bps: number }[],
): Part[] {
  const parts: Part[] = []
  let rest = whole
  for (const { to, bps } of shares) {
    const amount = (whole * BigInt(bps)) / 10_000n
    rest -= amount
    if (amount > 0n) parts.push({ to, amount })
  }
  if (rest > 0n) parts.push({ to: provider, amount: rest })
  return parts
}
