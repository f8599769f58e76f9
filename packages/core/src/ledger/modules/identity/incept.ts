import { reject } from '../../../errors/index.js'
import { incept, parseInception } from '../../../identity/index.js'
import { countFree, isFree } from '../../allowance.js'
import { accept, transition } from '../../module.js'
import type { IdentityNeeds } from './needs.js'
import { didEvent } from './operation.js'
import { identityParams } from './params.js'
import { current, ledgerId, putVersion } from './state.js'

const FREE = 'identity/free'

/** Makes a did:conet (IDN-21); signed as `did:key` of one of its keys, which pays where it is not free (IDN-32). */
export const inceptTransition = ({ fees }: IdentityNeeds) =>
  transition({
    parse: parseInception,
    apply(store, tx, block) {
      const state = incept(ledgerId(store), tx.body, { signer: tx.signer, timeMs: block.timeMs })
      if (!state.ok) return state
      const { did } = state.value
      if (current.get(store, did) !== undefined) return reject('DID_EXISTS', { did })
      const { freePerHour, fee } = identityParams.read(store)
      const free = isFree(store, FREE, freePerHour, block)
      const short = free ? undefined : fees.cannotPayFee(store, tx.signer, BigInt(fee))
      if (short !== undefined) return short

      if (free) countFree(store, FREE, block)
      const paid = free ? [] : fees.payFee(store, tx.signer, BigInt(fee), block)
      putVersion(store, state.value)
      return accept(didEvent('identity/incepted', state.value), ...paid)
    },
  })
