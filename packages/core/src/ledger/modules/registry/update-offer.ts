import { accept, transition } from '../../module.js'
import { isRejection, refuseExpiry, refuseVersion } from './board.js'
import type { RegistryNeeds } from './needs.js'
import { offerRecord, offers, offerUpdateParser } from './offers.js'

/** `registry/updateOffer`: replaces an offer by its next version; sessions under the old one go on by their grants. */
export function updateOffer(needs: RegistryNeeds) {
  return transition({
    parse: offerUpdateParser(needs),
    apply(store, { signer, body }, block) {
      const current = offers.owned(store, body.id, signer)
      if (isRejection(current)) return current
      const refusal = refuseVersion(current, body.version) ?? refuseExpiry(store, body.expiresAt, block)
      if (refusal !== undefined) return refusal
      const offer = offerRecord(body.id, body.version, signer, body)
      offers.replace(store, current, offer)
      return accept({ type: 'registry/offerUpdated', offer })
    },
  })
}
