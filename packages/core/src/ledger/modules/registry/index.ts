import type { Module } from '../../module.js'
import { REGISTRY_CODES } from './codes.js'
import { offersIndexed, requestsIndexed } from './invariants.js'
import type { RegistryNeeds } from './needs.js'
import { offers } from './offers.js'
import { registryParams } from './params.js'
import { publishOffer } from './publish-offer.js'
import { publishRequest } from './publish-request.js'
import { network, networkList, offer, offerList, request, requestList } from './queries.js'
import { registerNetwork } from './register-network.js'
import { removeNetwork } from './remove-network.js'
import { requests } from './requests.js'
import { updateNetwork } from './update-network.js'
import { updateOffer } from './update-offer.js'
import { updateRequest } from './update-request.js'
import { withdrawOffer } from './withdraw-offer.js'
import { withdrawRequest } from './withdraw-request.js'

export { REGISTRY_CODES } from './codes.js'
export { checkTermsBy, type RegistryNeeds, type ServiceTerms, type StoredTerms } from './needs.js'
export { BASE_URL, NAME, WORD } from './shapes.js'
export type * from './types.js'

/**
 * Module `registry`: owner networks, offers, requests.
 *
 * @param needs - how the terms of each service type are checked
 */
export function registryModule(needs: RegistryNeeds): Module {
  return {
    name: 'registry',
    needs: [],
    codes: REGISTRY_CODES,
    params: registryParams,
    transitions: {
      registerNetwork,
      updateNetwork,
      removeNetwork,
      publishOffer: publishOffer(needs),
      updateOffer: updateOffer(needs),
      withdrawOffer,
      publishRequest,
      updateRequest,
      withdrawRequest,
    },
    scheduled: { expireOffer: offers.expire, expireRequest: requests.expire },
    queries: { network, networks: networkList, offer, offers: offerList, request, requests: requestList },
    invariants: { 'offers-indexed': offersIndexed, 'requests-indexed': requestsIndexed },
  }
}
