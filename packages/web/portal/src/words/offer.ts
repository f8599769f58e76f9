import type { Offer } from '@conet/client/api'
import { formatCredits } from '@conet/console/format/amount'
import { count } from '@conet/console/format/text'
import { price } from '@conet/core/services/access'
import { neat } from '../pay/usual.js'
import { roundSeconds } from './time.js'

const MIB = 1_048_576n
const HOUR_MS = 3_600_000

/** What an hour of reading, maps and messages needs, roughly. */
const LIGHT_USE = 100n * MIB

/** The tariff in one sentence. */
export function priceWords({ terms }: Pick<Offer, 'terms'>): string {
  const { perGiB, perHour, asset } = terms.tariff
  if (perGiB === 0n && perHour === 0n) return 'Free of charge'
  const parts = [
    ...(perGiB === 0n ? [] : [`${formatCredits(perGiB)} ${asset} per GiB`]),
    ...(perHour === 0n ? [] : [`${formatCredits(perHour)} ${asset} per hour`]),
  ]
  return parts.join(' and ')
}

/** What a usual hour costs. */
export function exampleWords({ terms }: Pick<Offer, 'terms'>): string {
  const amount = neat(price({ bytes: LIGHT_USE, elapsedMs: HOUR_MS }, terms.tariff))
  return `An hour of reading and messages (100 MiB) costs about ${formatCredits(amount)} ${terms.tariff.asset}.`
}

/** How paying goes: trial first, then a round at a time. */
export function trialWords({ terms }: Pick<Offer, 'terms'>): string {
  const { trialMs, restMs } = terms
  return `You are online at once; the first payment comes after at most ${roundSeconds(trialMs)}. Then you pay ${roundSeconds(trialMs + restMs)} at a time, and can stop at any round.`
}

/** What is known about who gives the service. */
export function trustWords({ quality, hops }: Pick<Offer, 'quality' | 'hops'>): string {
  const { sessions } = quality
  const relays = hops === 0 ? '' : ` Reached through ${count(hops, 'relay')}.`
  if (sessions === 0) return `New here: nobody has used it yet.${relays}`
  return `${count(sessions, 'session')} paid so far.${relays}`
}
