import type { Rejection } from '../../../errors/index.js'
import { schedule, unschedule } from '../../due.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { governanceParams, readRule } from './params.js'
import { outcomeOf, type Tally } from './rules.js'
import {
  idText,
  members,
  openProposals,
  type Proposal,
  proposals,
  type Status,
  type TallyText,
  totalsOf,
  votes,
} from './state.js'
import type { Subjects } from './subjects/index.js'

/**
 * Weighs the votes with what their members weigh now (GOV-22): who left since weighs nothing. Where nobody has power,
 * heads count.
 */
export function tallyOf(store: Store, { id, rule }: Proposal): Tally {
  const totals = totalsOf(store)
  const byHead = readRule(rule).by === 'head' || totals.power === 0
  const sums = { yes: 0n, no: 0n, abstain: 0n }
  const prefix = `${idText(id)}/`
  for (const [key, choice] of votes.list(store, prefix)) {
    const member = members.get(store, key.slice(prefix.length))
    if (member !== undefined) sums[choice] += byHead ? 1n : BigInt(member.power)
  }
  return { ...sums, all: BigInt(byHead ? totals.members : totals.power) }
}

/** The votes of a proposal: as they weigh now, or as they did when it was decided. */
export function tallyText(store: Store, proposal: Proposal): TallyText {
  if (proposal.tally !== null) return proposal.tally
  const { yes, no, abstain, all } = tallyOf(store, proposal)
  return { yes: `${yes}`, no: `${no}`, abstain: `${abstain}`, all: `${all}` }
}

/**
 * Decides a proposal if its votes are enough, and carries it out in the same block.
 *
 * @param ended - no further vote is taken
 */
export function decide(
  subjects: Subjects,
  store: Store,
  proposal: Proposal,
  block: BlockContext,
  ended: boolean,
): readonly LedgerEvent[] {
  const outcome = outcomeOf(readRule(proposal.rule), tallyOf(store, proposal), ended)
  if (outcome === undefined) return []
  const subject = subjects.of(proposal)
  if (outcome === 'rejected') {
    return [...close(store, proposal, 'rejected', '', block), ...subject.rejected(store, proposal, block)]
  }
  const obstacle: Rejection | undefined = subject.check(store, proposal)
  if (obstacle !== undefined) return close(store, proposal, 'void', obstacle.code, block)
  return [...close(store, proposal, 'passed', '', block), ...subject.execute(store, proposal, block)]
}

/** Ends a proposal; it can be looked up for `keepMs`. */
export function close(
  store: Store,
  proposal: Proposal,
  status: Exclude<Status, 'open'>,
  why: string,
  block: BlockContext,
): readonly LedgerEvent[] {
  const { id, subject, endMs } = proposal
  const text = idText(id)
  proposals.put(store, text, { ...proposal, status, decidedMs: block.timeMs, why, tally: tallyText(store, proposal) })
  openProposals.delete(store, text)
  unschedule(store, endMs, 'governance/close', text)
  schedule(store, block.timeMs + governanceParams.read(store).keepMs, 'governance/forget', text)
  return [{ type: `governance/${status === 'void' ? 'voided' : status}`, id, subject, why }]
}

/** Scheduled `governance/forget`: the proposal and its votes. */
export function forget(store: Store, text: string): readonly LedgerEvent[] {
  for (const [key] of [...votes.list(store, `${text}/`)]) votes.delete(store, key)
  proposals.delete(store, text)
  return []
}
