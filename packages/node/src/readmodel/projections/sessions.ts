import { sha256 } from '@conet/core/identity'
import { parseVoucher } from '@conet/core/ledger/modules/sessions'
import { parseAmount } from '@conet/core/units'
import { decodeEnvelope } from '@conet/core/wire'
import { addEntries, type Fact, type Projection, text, whole } from './fact.js'

interface Part {
  readonly to: string
  readonly amount: bigint
}

/**
 * Who got which part: the event names the whole, the voucher that the client signed the shares. The ledger's rule (LED-83):
 * each share is rounded down, the remainder goes to the provider.
 */
function partsOf(fact: Fact, paid: bigint, provider: string): Part[] {
  const envelope = decodeEnvelope(fact.tx, { kinds: ['conet-voucher+jwt'], sha256 })
  const voucher = envelope.ok ? parseVoucher(envelope.value.payload) : undefined
  const shares = voucher?.ok ? voucher.value.shares : []
  const parts = shares.map(({ to, bps }) => ({ to, amount: (paid * BigInt(bps)) / 10_000n }))
  return [...parts, { to: provider, amount: parts.reduce((rest, part) => rest - part.amount, paid) }]
}

const settled: Projection = (batch, fact) => {
  const { event, height, timeMs: time_ms } = fact
  const client = text(event, 'client')
  const sid = text(event, 'sid')
  const provider = text(event, 'provider')
  const asset = text(event, 'asset')
  const amount = text(event, 'paid')
  const round = whole(event, 'round')
  batch.settlements.push({ height, seq: fact.nextSeq(), client, sid, provider, asset, round, amount, time_ms })
  batch.session({
    client,
    sid,
    series: text(event, 'series'),
    provider,
    asset,
    paid: text(event, 'settled'),
    round,
    settlements: 1,
    state: 'open',
    height,
  })
  for (const part of partsOf(fact, parseAmount(amount) ?? 0n, provider)) {
    addEntries(batch, fact, { from: client, to: part.to, asset, amount: part.amount.toString() })
  }
}

const closed: Projection = (batch, { event }) => {
  batch.closed.push({ client: text(event, 'client'), sid: text(event, 'sid'), series: text(event, 'series') })
}

/** Events of `ledger/modules/sessions`. Locking and releasing an escrow moves no money between owners. */
export const SESSION_EVENTS: Readonly<Record<string, Projection>> = {
  'sessions/settled': settled,
  'sessions/closed': closed,
}
