import { price } from '@conet/core/services/access'
import type { Amount, Bytes, Did, Millis } from '@conet/core/units'
import type { Offer } from '../api/types.js'
import { NOTHING_MEASURED, type Quality } from './quality.js'

export interface RankContext {
  /** What the device expects to use: prices are compared for this. */
  readonly expected: { readonly bytes: Bytes; readonly elapsedMs: Millis }
  /** Own position, if known. */
  readonly at?: { readonly lat: number; readonly lon: number }
  /** Own measurements by provider. */
  readonly quality?: ReadonlyMap<Did, Quality>
  /** Offers above this price for the expected usage are left out. */
  readonly maxPrice?: Amount
  /** Only this asset can be paid. */
  readonly asset?: string
}

/** One reason of a score: `value` 0..1 times `weight`. */
export interface Reason {
  readonly part: 'price' | 'trust' | 'quality' | 'hops' | 'distance'
  readonly value: number
  readonly weight: number
  readonly why: string
}

export interface RankedOffer {
  readonly offer: Offer
  /** 0..100, more is better. Not money: floats are fine. */
  readonly score: number
  /** For the expected usage. */
  readonly price: Amount
  readonly reasons: readonly Reason[]
}

/** What counts how much; together 100. */
const WEIGHTS = { price: 40, trust: 25, quality: 20, hops: 5, distance: 10 } as const
/** A latency of this is worth half. */
const HALF_LATENCY_MS = 200
/** What is not known counts a little less than good. */
const UNKNOWN = 0.6
const EARTH_RADIUS_M = 6_371_000

/**
 * Orders offers from best to worst and says why. Pure; ties are broken by the offer's id, so that the order is stable.
 *
 * A provider whose count this device disputed comes after all others, however cheap: last instead of never, as it may be the only one.
 */
export function rankOffers(offers: readonly Offer[], context: RankContext): RankedOffer[] {
  const { asset, maxPrice, expected } = context
  const priced = offers
    .filter(offer => asset === undefined || offer.terms.tariff.asset === asset)
    .map(offer => ({ offer, price: price(expected, offer.terms.tariff) }))
    .filter(one => maxPrice === undefined || one.price <= maxPrice)
  const [cheapest] = priced.map(one => one.price).sort((one, other) => (one < other ? -1 : 1))
  const shunned = ({ offer }: RankedOffer) => ((context.quality?.get(offer.provider)?.disputes ?? 0) > 0 ? 1 : 0)
  return priced
    .map(one => scored(one.offer, one.price, cheapest ?? 0n, context))
    .sort(
      (one, other) =>
        shunned(one) - shunned(other) || other.score - one.score || (one.offer.id < other.offer.id ? -1 : 1),
    )
}

function scored(offer: Offer, cost: Amount, cheapest: Amount, context: RankContext): RankedOffer {
  const reasons = [
    reason('price', ratio(cheapest + 1n, cost + 1n), `${cost} for the expected usage`),
    trust(offer),
    measured(context.quality?.get(offer.provider) ?? NOTHING_MEASURED),
    reason('hops', 1 / (1 + offer.hops / 4), `${offer.hops} relays on the way`),
    distance(offer, context.at),
  ]
  const score = reasons.reduce((sum, { value, weight }) => sum + value * weight, 0)
  return { offer, score, price: cost, reasons }
}

function reason(part: Reason['part'], value: number, why: string): Reason {
  return { part, value, weight: WEIGHTS[part], why }
}

function ratio(small: Amount, large: Amount): number {
  return Number((small * 10_000n) / large) / 10_000
}

/** Settled sessions, starting from one of two (Laplace): a newcomer is neither trusted nor shunned. */
function trust({ quality: { sessions } }: Offer): Reason {
  return reason('trust', (sessions + 1) / (sessions + 2), `${sessions} sessions settled`)
}

function measured(own: Quality): Reason {
  if (own.disputes > 0) return reason('quality', 0, `${own.disputes} disputed with this device`)
  const { latencyMs } = own
  if (latencyMs === undefined && own.samples === 0) return reason('quality', UNKNOWN, 'not measured yet')
  const speed = latencyMs === undefined ? UNKNOWN : HALF_LATENCY_MS / (HALF_LATENCY_MS + latencyMs)
  const failed = Math.round(own.failureRate * 100)
  const why = `${latencyMs === undefined ? '?' : Math.round(latencyMs)} ms measured, ${failed} % failed`
  return reason('quality', speed * (1 - own.failureRate), why)
}

function distance({ area }: Offer, at: RankContext['at']): Reason {
  if (area === null || area === undefined || at === undefined) return reason('distance', UNKNOWN, 'distance unknown')
  const metres = metresBetween(area, at)
  const beyond = Math.max(0, metres - area.radiusM)
  const value = area.radiusM / (area.radiusM + beyond + 1)
  return reason('distance', value, beyond === 0 ? 'inside its area' : `${Math.round(beyond)} m outside its area`)
}

/** Great-circle distance (haversine). */
export function metresBetween(one: { lat: number; lon: number }, other: { lat: number; lon: number }): number {
  const rad = Math.PI / 180
  const half = (degrees: number) => Math.sin((degrees * rad) / 2) ** 2
  const across = Math.cos(one.lat * rad) * Math.cos(other.lat * rad)
  const h = half(other.lat - one.lat) + across * half(other.lon - one.lon)
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}
