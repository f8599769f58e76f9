import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { isRejection } from './board.js'
import { offers } from './offers.js'
import { recordId } from './shapes.js'

const parse = body({ id: recordId })

/** `registry/withdrawOffer`: takes an offer down before it expires. */
export const withdrawOffer = transition({
  parse,
  apply(store, { signer, body: { id } }) {
    const offer = offers.owned(store, id, signer)
    if (isRejection(offer)) return offer
    offers.remove(store, offer)
    return accept(offers.gone('Withdrawn', offer))
  },
})
