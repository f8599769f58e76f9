import type { LedgerEvent } from '@conet/core/ledger'
import type { Engine } from '@conet/engines'

type Row = Readonly<Record<string, unknown>>

interface List {
  readonly query: string
  /** What its pages go on after. */
  readonly by: 'id' | 'owner'
  /** The event that brings one, which carries it whole. */
  readonly event: (row: Row) => LedgerEvent
}

const LISTS: readonly List[] = [
  { query: 'registry/networks', by: 'owner', event: network => ({ type: 'registry/networkRegistered', network }) },
  { query: 'registry/offers', by: 'id', event: offer => ({ type: 'registry/offerPublished', offer }) },
  { query: 'registry/requests', by: 'id', event: request => ({ type: 'registry/requestPublished', request }) },
]

/**
 * What stands on the ledger's board now, as the events that would bring it: a ledger that began with a snapshot has no blocks from
 * before it, but its state holds what is on sale.
 */
export function boardEvents(ledger: Pick<Engine, 'query'>): LedgerEvent[] {
  const events: LedgerEvent[] = []
  for (const { query, by, event } of LISTS) {
    for (let page = ask(ledger, query, {}); page.length > 0; page = ask(ledger, query, { after: page.at(-1)?.[by] })) {
      events.push(...page.map(event))
    }
  }
  return events
}

function ask(ledger: Pick<Engine, 'query'>, name: string, args: Row): readonly Row[] {
  return ledger.query(name, args) as readonly Row[]
}
