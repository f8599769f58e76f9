import type { Module } from '../../module.js'
import { lapse } from './applications.js'
import { apply } from './apply.js'
import { GOVERNANCE_CODES } from './codes.js'
import { forget } from './decide.js'
import { takeUpdates } from './electorate.js'
import { governanceGenesis } from './genesis.js'
import { powerSums, proposalsIndexed, someoneOrders } from './invariants.js'
import { leave } from './leave.js'
import type { GovernanceNeeds } from './needs.js'
import { governanceParams } from './params.js'
import { accuse, sentence } from './penalty.js'
import { propose } from './propose.js'
import {
  applicationList,
  member,
  memberList,
  penaltyList,
  proposal,
  proposalList,
  rules,
  validatorList,
} from './queries.js'
import { subjectsOf } from './subjects/index.js'
import { closeAtEnd, vote } from './vote.js'
import { withdraw } from './withdraw.js'

export { GOVERNANCE_CODES } from './codes.js'
export { addressOf } from './electorate.js'
export type { GovernanceNeeds, Governed } from './needs.js'
export { parseRule, type Rule } from './rules.js'
export type { Application, Choice, Member, Penalty, Proposal, Status, Totals, Validator } from './state.js'

/** Members, validators, proposals and penalties. A ledger whose genesis names nobody goes on without any of it. */
export function governanceModule(needs: GovernanceNeeds): Module {
  const subjects = subjectsOf(needs)
  return {
    name: 'governance',
    needs: [],
    codes: GOVERNANCE_CODES,
    params: governanceParams,
    transitions: { apply, leave, propose: propose(subjects), vote: vote(subjects), withdraw: withdraw(subjects) },
    scheduled: { close: closeAtEnd(subjects), forget, sentence, lapse },
    queries: {
      members: memberList,
      member,
      validators: validatorList,
      proposals: proposalList,
      proposal,
      applications: applicationList,
      penalties: penaltyList,
      rules,
    },
    invariants: { 'power-sums': powerSums, 'someone-orders': someoneOrders, 'proposals-indexed': proposalsIndexed },
    genesis: governanceGenesis,
    evidence: accuse,
    validatorUpdates: takeUpdates,
  }
}
