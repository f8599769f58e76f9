import { reject } from '../../../errors/index.js'
import { body } from '../../fields.js'
import { accept, transition } from '../../module.js'
import { close } from './decide.js'
import { idText, proposals } from './state.js'
import type { Subjects } from './subjects/index.js'
import { proposalId } from './vote.js'

const parse = body({ id: proposalId })

/** `governance/withdraw {id}`: who proposed it takes it back while it is open. For an appeal that is a refusal. */
export const withdraw = (subjects: Subjects) =>
  transition({
    parse,
    apply(store, { signer, body: { id } }, block) {
      const proposal = proposals.get(store, idText(id))
      if (proposal === undefined) return reject('PROPOSAL_UNKNOWN', { id })
      if (proposal.by !== signer) return reject('NOT_PROPOSER', { id, by: proposal.by })
      if (proposal.status !== 'open') return reject('PROPOSAL_CLOSED', { id, status: proposal.status })

      const events = close(store, proposal, 'withdrawn', '', block)
      return accept(...events, ...subjects.of(proposal).rejected(store, proposal, block))
    },
  })
