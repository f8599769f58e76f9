import type { Did } from '../../../../units/index.js'
import { body, did } from '../../../fields.js'
import { cannotGo, dropMember } from '../electorate.js'
import { subject } from './subject.js'

/** `remove {member}`: the member goes, and its validators order no more. */
export const remove = subject<{ readonly member: Did }>({
  parse: body({ member: did }),
  rule: 'remove',
  check: (store, { member }) => cannotGo(store, member),
  execute(store, { member }) {
    dropMember(store, member)
    return [{ type: 'governance/removed', member }]
  },
})
