import type { Amount } from '@conet/core/units'

/** Running totals, changed in place: one object per provider. */
export class Counters {
  grants = 0
  refusals = 0
  statements = 0
  vouchers = 0
  lateVouchers = 0
  cuts = 0
  disputes = 0
  /** What open sessions could leave unpaid. */
  exposure: Amount = 0n
  /** Open sessions of clients that never paid here. */
  strangers = 0
  readonly promised = new Map<string, Amount>()
  readonly settled = new Map<string, Amount>()
}

/** Adds to the sum of one asset. */
export function addTo(sums: Map<string, Amount>, asset: string, amount: Amount): void {
  sums.set(asset, (sums.get(asset) ?? 0n) + amount)
}
