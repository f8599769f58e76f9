import { reject } from '../../../errors/index.js'
import { accept, transition } from '../../module.js'
import { networkRecord, networks } from './networks.js'
import { readNetwork } from './shapes.js'

/** `registry/registerNetwork`: makes the signer's network known. */
export const registerNetwork = transition({
  parse: readNetwork,
  apply(store, { signer, body }, block) {
    if (networks.get(store, signer) !== undefined) return reject('NETWORK_EXISTS', { owner: signer })
    const network = networkRecord(signer, body, 1, block)
    networks.put(store, signer, network)
    return accept({ type: 'registry/networkRegistered', network })
  },
})
