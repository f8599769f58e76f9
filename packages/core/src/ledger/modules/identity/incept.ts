import { reject } from '../../../errors/index.js'
import { incept, parseInception } from '../../../identity/index.js'
import { accept, transition } from '../../module.js'
import { didEvent } from './operation.js'
import { current, ledgerId, putVersion } from './state.js'

/** Makes a did:conet (IDN-21); signed as `did:key` of one of its keys. */
export const inceptTransition = transition({
  parse: parseInception,
  apply(store, tx, block) {
    const state = incept(ledgerId(store), tx.body, { signer: tx.signer, timeMs: block.timeMs })
    if (!state.ok) return state
    const { did } = state.value
    if (current.get(store, did) !== undefined) return reject('DID_EXISTS', { did })
    putVersion(store, state.value)
    return accept(didEvent('identity/incepted', state.value))
  },
})
