import { createHash } from 'node:crypto'
import type { LedgerEvent } from '@conet/core/ledger'
import type { CommittedBlock } from '@conet/engines'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/** A block with one accepted transaction per list of events. */
export function block(
  height: number,
  txs: readonly (readonly LedgerEvent[])[] = [],
  scheduled: readonly LedgerEvent[] = [],
): CommittedBlock {
  const timeMs = 1_700_000_000_000 + height * 1_000
  const results = txs.map((events, i) => ({ hash: hash(`tx ${height} ${i}`), code: 'OK', data: {}, events }))
  return {
    height,
    timeMs,
    txs: txs.map(() => ''),
    result: { height, timeMs, results, scheduled, appHash: hash(`block ${height}`) },
  }
}

/** What tests vary of an offer. */
export interface OfferSample {
  readonly id: string
  readonly provider?: string
  readonly latE6?: number
  readonly lonE6?: number
  readonly radiusM?: number
  readonly perGiB?: bigint
  readonly perHour?: bigint
  readonly slice?: string
  readonly version?: number
  readonly expiresAt?: number
}

/** An offer as the registry's events carry it. */
export function offer(sample: OfferSample) {
  const { id, provider = 'did:key:p', latE6 = 0, lonE6 = 0, radiusM = 500, perGiB = 100n, perHour = 10n } = sample
  return {
    id,
    version: sample.version ?? 1,
    provider,
    type: 'access',
    name: `offer ${id}`,
    node: 'http://127.0.0.1:1',
    area: { latE6, lonE6, radiusM },
    slice: sample.slice ?? 'default',
    dataNetworks: ['internet'],
    hops: 0,
    expiresAt: sample.expiresAt ?? 4_000_000_000_000,
    terms: {
      tariff: { asset: 'credit', perGiB: perGiB.toString(), perHour: perHour.toString() },
      trialMs: 2_000,
      restMs: 8_000,
      toleranceBps: 500,
      toleranceBytes: '262144',
      maxUnpaid: '100',
      maxUnpaidCap: '1000',
      shares: [],
    },
  }
}

/** The event of an offer's first version. */
export function offerEvent(sample: OfferSample): LedgerEvent {
  return { type: 'registry/offerPublished', offer: offer(sample) }
}
