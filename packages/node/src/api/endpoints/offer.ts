import { Type } from '@sinclair/typebox'
import { OfferAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { apiError } from '../errors.js'
import { viewOffer } from '../offer-view.js'

/** GET /v1/offers/:id: one offer that is on sale. */
export const getOffer = endpoint({
  method: 'GET',
  path: '/v1/offers/:id',
  summary: 'One offer',
  params: Type.Object({ id: Type.String({ maxLength: 256 }) }),
  answer: OfferAnswer,
  handle: async ({ readModel }, { params }) => {
    const [row] = await readModel.offers([params.id])
    if (row?.live === true) return viewOffer(row)
    throw apiError('NOT_FOUND', 'there is no such offer, or it was withdrawn or has expired; search again', {
      offer: params.id,
    })
  },
})
