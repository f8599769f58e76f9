import type { NetworkProfile, OfferContent } from '@conet/core/ledger/modules/registry'
import type { AccessTerms } from '@conet/core/services/access'
import type { UnixMillis } from '@conet/core/units'
import { type AreaConfig, type Config, type OfferConfig, readTerms, termsOf } from '../config/index.js'
import type { Policy } from '../policy/index.js'

/** Everywhere: what an owner serves who names no place. */
const EVERYWHERE = { latE6: 0, lonE6: 0, radiusM: 20_100_000 }

function areaOf(area: AreaConfig | undefined) {
  if (area === undefined) return EVERYWHERE
  return { latE6: Math.round(area.lat * 1e6), lonE6: Math.round(area.lon * 1e6), radiusM: area.radiusM }
}

/** An offer of the configuration, at the policy's price, as the ledger takes it. */
export function offerContent(
  offer: OfferConfig,
  policy: Policy,
  node: string,
  hops: number,
  nowMs: UnixMillis,
): OfferContent {
  return {
    type: 'access',
    name: offer.name,
    terms: { ...termsOf(offer, policy) },
    area: areaOf(offer.area),
    slice: offer.slice,
    dataNetworks: offer.dataNetworks,
    hops,
    node,
    expiresAt: nowMs + offer.lifetimeMinutes * 60_000,
  }
}

/** Terms of every offer that can be sold at the policy's prices; the announcer tells of the others. */
export function ownTerms(config: Config, policy: Policy): AccessTerms[] {
  return config.offers.map(offer => readTerms(offer, policy)).flatMap(terms => (terms.ok ? [terms.value] : []))
}

/** The network's profile as the ledger takes it. */
export function networkProfile(config: Config, node: string): NetworkProfile {
  const { latE6, lonE6, radiusM } = areaOf(config.area ?? config.offers[0]?.area)
  const all = (list: (offer: OfferConfig) => readonly string[]) =>
    [...new Set(config.offers.flatMap(list))].slice(0, 32)
  return {
    name: config.name,
    networkType: config.networkType,
    node,
    functions: config.offers.length > 0 ? ['access'] : [],
    location: { latE6, lonE6 },
    serviceArea: { latE6, lonE6, radiusM },
    dataNetworks: all(offer => offer.dataNetworks),
    slices: all(offer => [offer.slice]),
    computing: { cpuCores: 0, memoryMiB: 0, storageMiB: 0, gpus: 0 },
    links: [],
  }
}
