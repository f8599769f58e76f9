import { reject } from '../../../errors/index.js'
import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { networks } from './networks.js'

const parse = body({})

/** `registry/removeNetwork`: takes the signer's network out; its offers and requests live on until they expire. */
export const removeNetwork = transition({
  parse,
  apply(store, { signer }) {
    if (networks.get(store, signer) === undefined) return reject('NETWORK_UNKNOWN', { owner: signer })
    networks.delete(store, signer)
    return accept({ type: 'registry/networkRemoved', owner: signer })
  },
})
