import { Type } from '@sinclair/typebox'
import { OffersAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError, unwrap } from '../errors.js'
import { AmountForm, DidForm, PAGE_FORMS } from '../forms.js'
import { viewOffer } from '../offer-view.js'

const Query = Type.Object({
  ...PAGE_FORMS,
  type: Type.String({ maxLength: 32, default: 'access' }),
  lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  maxPerGiB: Type.Optional(AmountForm),
  maxPerHour: Type.Optional(AmountForm),
  slice: Type.Optional(Type.String({ maxLength: 64 })),
  provider: Type.Optional(DidForm),
  sort: Type.Union([Type.Literal('price'), Type.Literal('distance'), Type.Literal('trust')], { default: 'price' }),
})

function pointOf(lat: number | undefined, lon: number | undefined) {
  if (lat === undefined && lon === undefined) return undefined
  if (lat === undefined || lon === undefined) {
    throw apiError('REQUEST_INVALID', 'querystring: lat and lon go together; give both or none', {
      path: 'querystring/lat',
    })
  }
  return { latE6: Math.round(lat * 1e6), lonE6: Math.round(lon * 1e6) }
}

const amount = (text: string | undefined) => (text === undefined ? undefined : BigInt(text))

/** GET /v1/offers: what can be had at a place, a page at a time. */
export const getOffers = endpoint({
  method: 'GET',
  path: '/v1/offers',
  summary: 'Offers by type, place, price and slice; sorted by price, distance or trust',
  query: Query,
  answer: OffersAnswer,
  handle: async ({ readModel, now }, { query }) => {
    const { type, slice, provider, sort, cursor, limit } = query
    const point = pointOf(query.lat, query.lon)
    if (sort === 'distance' && point === undefined) {
      throw apiError('REQUEST_INVALID', 'querystring/sort: distance needs lat and lon; add them', {
        path: 'querystring/sort',
      })
    }
    const prices = { maxPerGiB: amount(query.maxPerGiB), maxPerHour: amount(query.maxPerHour) }
    const found = unwrap(
      await readModel.discover({ type, point, ...prices, slice, provider, sort, cursor, limit }, now()),
    )
    const rows = await readModel.offers(found.items)
    return { items: rows.map(viewOffer), next: found.next }
  },
})
