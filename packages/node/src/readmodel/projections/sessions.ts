import type { Batch } from '../batch.js'
import { addEntries, type Fact, inner, type Projection, text, whole } from './fact.js'

function sessionRow(batch: Batch, fact: Fact, state: string, settlements: number): void {
  const { event, height } = fact
  batch.session({
    client: text(event, 'client'),
    sid: text(event, 'sid'),
    provider: text(event, 'provider'),
    asset: text(event, 'asset'),
    paid: text(event, 'paid') || '0',
    round: whole(event, 'round'),
    settlements,
    state,
    height,
  })
}

/** Who got which part: the provider and those the terms share with. */
function payees(fact: Fact): { to: string; amount: string }[] {
  const list = fact.event.payments
  if (!Array.isArray(list)) return [{ to: text(fact.event, 'provider'), amount: text(fact.event, 'amount') }]
  return list.map(item => inner({ item }, 'item')).map(item => ({ to: text(item, 'to'), amount: text(item, 'amount') }))
}

const settled: Projection = (batch, fact) => {
  const { event, height, timeMs: time_ms } = fact
  const client = text(event, 'client')
  const sid = text(event, 'sid')
  const provider = text(event, 'provider')
  const asset = text(event, 'asset')
  const amount = text(event, 'amount')
  const round = whole(event, 'round')
  batch.settlements.push({ height, seq: fact.nextSeq(), client, sid, provider, asset, round, amount, time_ms })
  sessionRow(batch, fact, 'open', 1)
  for (const part of payees(fact)) addEntries(batch, fact, { from: client, to: part.to, asset, amount: part.amount })
}

const closed: Projection = (batch, fact) => {
  sessionRow(batch, fact, 'closed', 0)
  batch.count(text(fact.event, 'provider'), 'sessions')
}

/** Events of `ledger/modules/sessions`. */
export const SESSION_EVENTS: Readonly<Record<string, Projection>> = {
  'sessions/opened': (batch, fact) => sessionRow(batch, fact, 'open', 0),
  'sessions/settled': settled,
  'sessions/closed': closed,
  'sessions/expired': closed,
  'sessions/disputed': (batch, fact) => batch.count(text(fact.event, 'provider'), 'disputes'),
}
