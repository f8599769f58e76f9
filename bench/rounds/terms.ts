import type { AccessTerms } from '@conet/core/services/access'

export const LID = 'bench'
export const OFFER = 'offer-1'

/** One voucher every 5 s: a trial of 2 s and a rest of 3 s. */
export const TERMS: AccessTerms = {
  tariff: { asset: 'credit', perGiB: 1_000_000n, perHour: 3_600_000n },
  trialMs: 2_000,
  restMs: 3_000,
  toleranceBps: 500,
  toleranceBytes: 262_144n,
  maxUnpaid: 100_000n,
  maxUnpaidCap: 1_000_000n,
  shares: [],
}

/** What the provider process tells the bench. */
export type FromProvider =
  | { readonly type: 'ready'; readonly port: number; readonly did: string; readonly limitPerSecond: number }
  | {
      readonly type: 'window'
      readonly sessions: number
      readonly vouchersPerSecond: number
      readonly cpuShare: number
      readonly rssMb: number
      /** Part of it that the JavaScript engine holds, collected or not. */
      readonly heapMb: number
      readonly lateVouchers: number
      readonly cuts: number
    }

/** What the bench tells the provider process. */
export interface ToProvider {
  readonly type: 'measure'
  readonly windowMs: number
}

/** What the load process tells the bench. */
export type FromLoad =
  | { readonly type: 'open'; readonly sessions: number }
  | { readonly type: 'failed'; readonly why: string }
