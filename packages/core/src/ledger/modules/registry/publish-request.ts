import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { requestRecord, requests } from './requests.js'
import { idOf, requestContent, requestShape } from './shapes.js'

const parse = body(requestShape)

/** `registry/publishRequest`: the signer recruits, or promises a reward, until `expiresAt`. */
export const publishRequest = transition({
  parse,
  apply(store, { signer, body: form, hash }, block) {
    const refusal = requests.refuseNew(store, signer, form.expiresAt, block)
    if (refusal !== undefined) return refusal
    const request = requestRecord(idOf(hash), 1, signer, requestContent(form))
    requests.add(store, request)
    return accept({ type: 'registry/requestPublished', request })
  },
})
