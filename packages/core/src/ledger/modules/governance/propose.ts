import { type Rejection, type Result, reject } from '../../../errors/index.js'
import type { Did } from '../../../units/index.js'
import { schedule } from '../../due.js'
import { accept, transition } from '../../module.js'
import type { Store } from '../../store.js'
import { decide } from './decide.js'
import { cannotVote } from './member.js'
import { governanceParams, readRule, ruleText } from './params.js'
import { idText, nextId, openProposals, type Proposal, proposals, votes } from './state.js'
import type { Subjects } from './subjects/index.js'

interface Propose {
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
}

/** `governance/propose {subject, …}`: a member proposes and votes yes with it (GOV-20). */
export const propose = (subjects: Subjects) =>
  transition({
    parse: (raw: Readonly<Record<string, unknown>>) => parse(subjects, raw),
    apply(store, { signer, body: { subject, body } }, block) {
      const refused = cannotVote(store, signer) ?? cannotOpen(store, signer, subject, body)
      if (refused !== undefined) return refused
      const kind = subjects.of({ subject })
      const obstacle = kind.check(store, { body, by: signer })
      if (obstacle !== undefined) return obstacle

      const rule = ruleText(store, kind.rule(body))
      const id = nextId(store)
      const endMs = block.timeMs + readRule(rule).periodMs
      const proposal: Proposal = {
        id,
        subject,
        body,
        rule,
        by: signer,
        openedMs: block.timeMs,
        endMs,
        status: 'open',
        decidedMs: 0,
        why: '',
        tally: null,
      }
      const text = idText(id)
      proposals.put(store, text, proposal)
      openProposals.put(store, text, '')
      votes.put(store, `${text}/${signer}`, 'yes')
      schedule(store, endMs, 'governance/close', text)
      kind.opened(store, proposal)
      const proposed = { type: 'governance/proposed', id, subject, body, by: signer, rule, endMs }
      return accept(proposed, ...decide(subjects, store, proposal, block, false))
    },
  })

function parse(subjects: Subjects, raw: Readonly<Record<string, unknown>>): Result<Propose> {
  const { subject, ...rest } = raw
  if (typeof subject !== 'string') return reject('PAYLOAD_MALFORMED', { field: 'subject' })
  const kind = subjects.get(subject)
  if (kind === undefined) return reject('SUBJECT_UNKNOWN', { subject: subject.slice(0, 64) })
  const body = kind.parse(rest)
  return body.ok ? { ok: true, value: { subject, body: body.value } } : body
}

function cannotOpen(store: Store, by: Did, subject: string, body: object): Rejection | undefined {
  const { maxOpen } = governanceParams.read(store)
  const text = JSON.stringify(body)
  let own = 0
  for (const [id] of openProposals.list(store)) {
    const open = proposals.get(store, id)
    if (open?.subject === subject && JSON.stringify(open.body) === text)
      return reject('PROPOSAL_EXISTS', { id: open.id })
    if (open?.by === by) own++
  }
  return own >= maxOpen ? reject('PROPOSALS_FULL', { maxOpen }) : undefined
}
