import { ConetError } from '@conet/core/errors'
import type { Did, UnixMillis } from '@conet/core/units'
import type { NodeApi } from '../api/api.js'
import type { Offer } from '../api/types.js'
import { type Quality, type RankContext, type RankedOffer, rankOffers } from '../discovery/index.js'
import type { SwitchLimits } from './types.js'

/** 100 MiB in ten minutes: a person reading. */
export const USUAL_USE = { bytes: 104_857_600n, elapsedMs: 600_000 } as const

/** Offers compared at a time: the node's search has already narrowed them down. */
const PAGE = 100

export const DEFAULT_LIMITS: SwitchLimits = {
  latencyMs: 3_000,
  bytesPerSecond: 8_192,
  failureRate: 0.5,
  samples: 4,
  restMs: 30_000,
  waitMs: 15_000,
}

/** Where and among whom is looked. */
export interface Wanted {
  readonly offer?: string | undefined
  readonly provider?: Did | undefined
  readonly rank?: Pick<RankContext, 'at'> | undefined
}

/** What the node lists. @throws ConetError what the node answers */
export async function search(api: NodeApi, { offer, provider, rank }: Wanted): Promise<readonly Offer[]> {
  if (offer !== undefined) return [await api.offer(offer)]
  const at = rank?.at
  const near = at === undefined ? {} : { lat: at.lat, lon: at.lon }
  const { items } = await api.offers({ type: 'access', limit: PAGE, ...near, ...(provider && { provider }) })
  return items
}

/**
 * Offers worth asking, best first. A provider that failed lately comes last instead of never: it may be the only one.
 *
 * @throws ConetError `NO_OFFER`
 */
export function candidates(
  offers: readonly Offer[],
  rank: RankContext,
  resting: ReadonlyMap<Did, UnixMillis>,
  nowMs: UnixMillis,
): RankedOffer[] {
  const ranked = rankOffers(offers, rank)
  if (ranked.length === 0) {
    throw new ConetError('NO_OFFER', 'No offer fits here: look with fewer conditions, or elsewhere.', {
      verdict: 'retry',
    })
  }
  const tired = (one: RankedOffer) => (resting.get(one.offer.provider) ?? 0) > nowMs
  return [...ranked.filter(one => !tired(one)), ...ranked.filter(tired)]
}

/** Whether a provider is too bad for new flows; `undefined` if it will do. */
export function complaint(quality: Quality, limits: SwitchLimits): 'slow' | 'failing' | undefined {
  const { samples, failureRate, latencyMs, bytesPerSecond } = quality
  if (samples < limits.samples) return undefined
  if (failureRate > limits.failureRate) return 'failing'
  if (latencyMs !== undefined && latencyMs > limits.latencyMs) return 'slow'
  return bytesPerSecond !== undefined && bytesPerSecond < limits.bytesPerSecond ? 'slow' : undefined
}
