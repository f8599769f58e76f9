import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { isRejection, refuseExpiry, refuseVersion } from './board.js'
import { requestRecord, requests } from './requests.js'
import { nextVersion, recordId, requestContent, requestShape } from './shapes.js'

const parse = body({ id: recordId, version: nextVersion, ...requestShape })

/** `registry/updateRequest`: replaces a request by its next version. */
export const updateRequest = transition({
  parse,
  apply(store, { signer, body: form }, block) {
    const current = requests.owned(store, form.id, signer)
    if (isRejection(current)) return current
    const refusal = refuseVersion(current, form.version) ?? refuseExpiry(store, form.expiresAt, block)
    if (refusal !== undefined) return refusal
    const request = requestRecord(form.id, form.version, signer, requestContent(form))
    requests.replace(store, current, request)
    return accept({ type: 'registry/requestUpdated', request })
  },
})
