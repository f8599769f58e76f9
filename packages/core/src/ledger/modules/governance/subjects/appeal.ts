import { reject } from '../../../../errors/index.js'
import { body, hash } from '../../../fields.js'
import { carryOut, lift } from '../penalty.js'
import { penalties } from '../state.js'
import { subject } from './subject.js'

/** `appeal {publicKey}`: lifts the penalty of a validator under notice. */
export const appeal = subject<{ readonly publicKey: string }>({
  parse: body({ publicKey: hash }),
  rule: 'appeal',
  check(store, { publicKey }) {
    return penalties.get(store, publicKey)?.state === 'notice' ? undefined : reject('NO_PENALTY', { publicKey })
  },
  execute: (store, { publicKey }, block) => lift(store, publicKey, 'appeal', block),
  opened(store, { publicKey }, id) {
    const penalty = penalties.get(store, publicKey)
    if (penalty !== undefined) penalties.put(store, publicKey, { ...penalty, appeal: id })
  },
  /** A notice that ended while the appeal was open was waiting for it. */
  rejected(store, { publicKey }, block) {
    const penalty = penalties.get(store, publicKey)
    return penalty !== undefined && penalty.endMs <= block.timeMs ? carryOut(store, publicKey, block) : []
  },
})
