import { ok, type Result, reject } from '@conet/core/errors'
import type { AccessTerms } from '@conet/core/services/access'
import type { Amount } from '@conet/core/units'
import type { RelayCode } from './codes.js'

const WHOLE_BPS = 10_000n

/** What stays with the relay of a price, after the shares it promised to others; rounded down. */
export function kept(price: Amount, { shares }: Pick<AccessTerms, 'shares'>): Amount {
  const given = shares.reduce((sum, share) => sum + BigInt(share.bps), 0n)
  return (price * (WHOLE_BPS - given)) / WHOLE_BPS
}

/**
 * Whether one downstream client alone already covers the upstream session: each rate for itself, because neither bytes
 * nor time are promised. With more clients the upstream's time is shared and the margin only grows.
 *
 * @returns `RELAY_LOSS` with the first rate that is too low, `RELAY_ASSET`
 */
export function checkMargin(upstream: AccessTerms, downstream: AccessTerms): Result<true, RelayCode> {
  const { asset } = upstream.tariff
  if (downstream.tariff.asset !== asset) {
    return reject('RELAY_ASSET', { bought: asset, sold: downstream.tariff.asset })
  }
  for (const rate of ['perGiB', 'perHour'] as const) {
    const cost = upstream.tariff[rate]
    const income = kept(downstream.tariff[rate], downstream)
    if (income < cost) return reject('RELAY_LOSS', { rate, cost, income })
  }
  return ok(true)
}
