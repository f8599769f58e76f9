import { accept, transition } from '../../module.js'
import type { RegistryNeeds } from './needs.js'
import { offerParser, offerRecord, offers } from './offers.js'
import { idOf } from './shapes.js'

/** `registry/publishOffer`: the signer offers a service until `expiresAt`. */
export function publishOffer(needs: RegistryNeeds) {
  return transition({
    parse: offerParser(needs),
    apply(store, { signer, body, hash }, block) {
      const refusal = offers.refuseNew(store, signer, body.expiresAt, block)
      if (refusal !== undefined) return refusal
      const offer = offerRecord(idOf(hash), 1, signer, body)
      offers.add(store, offer)
      return accept({ type: 'registry/offerPublished', offer })
    },
  })
}
