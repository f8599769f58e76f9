import { reject } from '../../../errors/index.js'
import { body, field, integer } from '../../fields.js'
import { accept, type ScheduledHandler, transition } from '../../module.js'
import { decide } from './decide.js'
import { cannotVote } from './member.js'
import { type Choice, idText, proposals, votes } from './state.js'
import type { Subjects } from './subjects/index.js'

/** Proposal numbers have at most 12 digits. */
export const proposalId = integer(1, 999_999_999_999)

const choice = field<Choice>(value => (value === 'yes' || value === 'no' || value === 'abstain' ? value : undefined))

const parse = body({ id: proposalId, choice })

/** `governance/vote {id, choice}`: one vote per member, final; the vote that decides carries the proposal out (GOV-21). */
export const vote = (subjects: Subjects) =>
  transition({
    parse,
    apply(store, { signer, body: { id, choice } }, block) {
      const refused = cannotVote(store, signer)
      if (refused !== undefined) return refused
      const text = idText(id)
      const proposal = proposals.get(store, text)
      if (proposal === undefined) return reject('PROPOSAL_UNKNOWN', { id })
      const { status, endMs } = proposal
      // Work that ends it may still wait its turn in a full due-queue.
      if (status !== 'open' || endMs <= block.timeMs) return reject('PROPOSAL_CLOSED', { id, status, endMs })
      const before = votes.get(store, `${text}/${signer}`)
      if (before !== undefined) return reject('VOTED_ALREADY', { id, choice: before })

      votes.put(store, `${text}/${signer}`, choice)
      const voted = { type: 'governance/voted', id, by: signer, choice }
      return accept(voted, ...decide(subjects, store, proposal, block, false))
    },
  })

/** Scheduled `governance/close`: votes are over; what was not carried is rejected. */
export const closeAtEnd =
  (subjects: Subjects): ScheduledHandler =>
  (store, text, block) => {
    const proposal = proposals.get(store, text)
    return proposal?.status === 'open' ? decide(subjects, store, proposal, block, true) : []
  }
