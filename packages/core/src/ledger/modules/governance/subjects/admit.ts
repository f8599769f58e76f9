import { reject } from '../../../../errors/index.js'
import type { Did } from '../../../../units/index.js'
import { body, did } from '../../../fields.js'
import { addMember } from '../electorate.js'
import { members } from '../state.js'
import { subject } from './subject.js'

/** `admit {member}`: a new member; whether it applied or not. */
export const admit = subject<{ readonly member: Did }>({
  parse: body({ member: did }),
  rule: 'admit',
  check: (store, { member }) =>
    members.get(store, member) === undefined ? undefined : reject('ALREADY_MEMBER', { member }),
  execute(store, { member }, block) {
    addMember(store, member, block.timeMs)
    return [{ type: 'governance/admitted', member }]
  },
})
