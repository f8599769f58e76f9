import { reject } from '../../../errors/index.js'
import { accept, transition } from '../../module.js'
import { networkRecord, networks } from './networks.js'
import { readNetwork } from './shapes.js'

/** `registry/updateNetwork`: replaces the whole profile of the signer's network. */
export const updateNetwork = transition({
  parse: readNetwork,
  apply(store, { signer, body }, block) {
    const current = networks.get(store, signer)
    if (current === undefined) return reject('NETWORK_UNKNOWN', { owner: signer })
    const network = networkRecord(signer, body, current.version + 1, block)
    networks.put(store, signer, network)
    return accept({ type: 'registry/networkUpdated', network })
  },
})
