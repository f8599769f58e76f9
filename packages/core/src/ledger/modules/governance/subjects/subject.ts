import type { Rejection, Result } from '../../../../errors/index.js'
import type { Store } from '../../../store.js'
import type { BlockContext, LedgerEvent } from '../../../types.js'
import type { RuleName } from '../params.js'
import type { Proposal } from '../state.js'

type Body = Readonly<Record<string, unknown>>

/** One kind of proposal. */
export interface Subject {
  /** Untrusted members besides `subject` → the body that is kept. */
  parse(raw: Body): Result<Body>
  rule(body: Body): RuleName
  /** Why it cannot be carried out now; asked when it is proposed and again when it has passed. */
  check(store: Store, proposal: Pick<Proposal, 'body' | 'by'>): Rejection | undefined
  /** After `check`, in the block of the decision. */
  execute(store: Store, proposal: Proposal, block: BlockContext): readonly LedgerEvent[]
  /** When it was made: what must be kept besides the proposal. */
  opened(store: Store, proposal: Proposal): void
  rejected(store: Store, proposal: Proposal, block: BlockContext): readonly LedgerEvent[]
}

/** A subject whose body has type `B`; most need nothing when they open or are rejected. */
export function subject<B extends object>(definition: {
  parse(raw: Body): Result<B>
  rule: RuleName | ((body: B) => RuleName)
  check(store: Store, body: B): Rejection | undefined
  execute(store: Store, body: B, block: BlockContext): readonly LedgerEvent[]
  opened?(store: Store, body: B, id: number): void
  rejected?(store: Store, body: B, block: BlockContext): readonly LedgerEvent[]
}): Subject {
  const { parse, rule, check, execute, opened, rejected } = definition
  const bodyOf = (proposal: Pick<Proposal, 'body'>) => proposal.body as B
  return {
    parse: raw => parse(raw) as Result<Body>,
    rule: body => (typeof rule === 'string' ? rule : rule(body as B)),
    check: (store, proposal) => check(store, bodyOf(proposal)),
    execute: (store, proposal, block) => execute(store, bodyOf(proposal), block),
    opened: (store, proposal) => opened?.(store, bodyOf(proposal), proposal.id),
    rejected: (store, proposal, block) => rejected?.(store, bodyOf(proposal), block) ?? [],
  }
}
