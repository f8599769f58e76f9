import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { isRejection } from './board.js'
import { requests } from './requests.js'
import { recordId } from './shapes.js'

const parse = body({ id: recordId })

/** `registry/withdrawRequest`: takes a request down before it expires. */
export const withdrawRequest = transition({
  parse,
  apply(store, { signer, body: { id } }) {
    const request = requests.owned(store, id, signer)
    if (isRejection(request)) return request
    requests.remove(store, request)
    return accept(requests.gone('Withdrawn', request))
  },
})
