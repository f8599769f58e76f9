import type { OfferRow } from '../readmodel/index.js'

type Json = Readonly<Record<string, unknown>>

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const degrees = (e6: unknown) => (typeof e6 === 'number' ? e6 / 1e6 : 0)

/** An offer as the API shows it: what the ledger keeps, with the provider's name and history. Degrees are for people. */
export function viewOffer({ id, provider, body, providerName, networkType, sessions }: OfferRow): object {
  const area = body.area === undefined ? undefined : object(body.area)
  return {
    id,
    version: body.version,
    provider,
    providerName: providerName ?? '',
    networkType: networkType ?? '',
    type: body.type,
    name: body.name,
    terms: body.terms,
    node: body.node,
    area: area && { lat: degrees(area.latE6), lon: degrees(area.lonE6), radiusM: area.radiusM },
    slice: body.slice ?? null,
    dataNetworks: body.dataNetworks ?? [],
    hops: body.hops ?? 0,
    quality: { sessions },
    expiresAt: body.expiresAt,
  }
}
