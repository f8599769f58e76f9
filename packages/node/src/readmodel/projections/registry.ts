import { parseAmount } from '@conet/core/units'
import type { OfferChange } from '../batch.js'
import { type Fact, inner, type Projection, text, whole } from './fact.js'

/** The radius of the globe's half: an offer that names no place is for everywhere. */
const WHOLE_EARTH_M = 20_100_000

/** The offer of an event as rows; the event carries it whole. */
function offerChange(offer: Readonly<Record<string, unknown>>, fact: Fact): OfferChange {
  const area = inner(offer, 'area')
  const tariff = inner(inner(offer, 'terms'), 'tariff')
  return {
    row: {
      id: text(offer, 'id'),
      version: whole(offer, 'version'),
      provider: text(offer, 'provider'),
      type: text(offer, 'type'),
      body: JSON.stringify(offer),
      lat_e6: whole(area, 'latE6'),
      lon_e6: whole(area, 'lonE6'),
      radius_m: whole(area, 'radiusM') || WHOLE_EARTH_M,
      live: 1,
      expires_at: whole(offer, 'expiresAt'),
      height: fact.height,
    },
    slice: text(offer, 'slice'),
    perGiB: parseAmount(tariff.perGiB) ?? 0n,
    perHour: parseAmount(tariff.perHour) ?? 0n,
  }
}

const onSale: Projection = (batch, fact) => {
  const change = offerChange(inner(fact.event, 'offer'), fact)
  batch.offers.set(change.row.id, change)
}

const offSale: Projection = (batch, fact) => {
  batch.offers.set(text(fact.event, 'id'), undefined)
}

const network: Projection = (batch, fact) => {
  const profile = inner(fact.event, 'network')
  const did = text(profile, 'owner')
  const name = text(profile, 'name')
  const network_type = text(profile, 'networkType')
  batch.networks.set(did, { did, name, network_type, body: JSON.stringify(profile), height: fact.height })
}

const removed: Projection = (batch, { event }) => {
  batch.networks.set(text(event, 'owner'), undefined)
}

const wanted: Projection = (batch, fact) => {
  const request = inner(fact.event, 'request')
  const id = text(request, 'id')
  batch.requests.set(id, {
    id,
    owner: text(request, 'owner'),
    kind: text(request, 'kind'),
    body: JSON.stringify(request),
    live: 1,
    expires_at: whole(request, 'expiresAt'),
    height: fact.height,
  })
}

const unwanted: Projection = (batch, fact) => {
  batch.requests.set(text(fact.event, 'id'), undefined)
}

/** Events of `ledger/modules/registry`. */
export const REGISTRY_EVENTS: Readonly<Record<string, Projection>> = {
  'registry/networkRegistered': network,
  'registry/networkUpdated': network,
  'registry/networkRemoved': removed,
  'registry/offerPublished': onSale,
  'registry/offerUpdated': onSale,
  'registry/offerWithdrawn': offSale,
  'registry/offerExpired': offSale,
  'registry/requestPublished': wanted,
  'registry/requestUpdated': wanted,
  'registry/requestWithdrawn': unwanted,
  'registry/requestExpired': unwanted,
}
