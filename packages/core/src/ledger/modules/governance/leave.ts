import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { cannotGo, dropMember } from './electorate.js'
import { cannotVote } from './member.js'

const parse = body({})

/** `governance/leave {}`: a member goes by itself, at once; its validators order no more (GOV-33). */
export const leave = transition({
  parse,
  apply(store, { signer }) {
    const refused = cannotVote(store, signer) ?? cannotGo(store, signer)
    if (refused !== undefined) return refused

    dropMember(store, signer)
    return accept({ type: 'governance/left', member: signer })
  },
})
