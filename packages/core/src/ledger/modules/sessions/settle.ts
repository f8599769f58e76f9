import { type Rejection, reject } from '../../../errors/index.js'
import { type Amount, type Did, MAX_AMOUNT, type UnixMillis } from '../../../units/index.js'
import { sessionId } from '../../fields.js'
import { accept, transition } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import type { Money, SessionsNeeds } from './needs.js'
import { sessionsParams } from './params.js'
import { seriesOf } from './series.js'
import { split } from './split.js'
import {
  byProvider,
  clientId,
  escrows,
  histories,
  holdId,
  NO_HISTORY,
  type Session,
  sessionKey,
  sessions,
} from './state.js'
import { parseVoucher, type Voucher } from './voucher.js'

/** Where the money of one settlement comes from. */
interface Draw {
  readonly held: Amount
  readonly free: Amount
  /** What the client does not have: becomes debt. */
  readonly short: Amount
}

/**
 * A bare voucher: pays the difference between the client's cumulative promise and what was settled, so a lost, repeated
 * or reordered voucher can never pay twice. Anyone may bring it; the client's signature is the authority.
 *
 * @see docs/spec/ledger.md LED-81 to LED-85; white paper 5.6 (1)
 */
export const settle = ({ money }: SessionsNeeds) =>
  transition({
    kind: 'conet-voucher+jwt',
    parse: parseVoucher,
    apply(store, { signer, body: voucher }, block) {
      const { client, provider, asset, owed } = voucher
      const series = seriesOf(voucher)
      const id = sessionKey(client, voucher.sid, series)
      const key = sessions.key(id)
      const session = sessions.getAt(store, key)
      const wrong = refusal(money, store, voucher, signer, session, block)
      if (wrong !== undefined) return wrong
      const due = owed - (session?.settled ?? 0n)
      const account = money.accountOf(store, asset, client)
      const draw = drawFor(money, store, voucher, { due, spendable: money.spendable(account), timeMs: block.timeMs })
      if (account.debt + draw.short > MAX_AMOUNT) return reject('AMOUNT_OVERFLOW', { debt: account.debt })

      const repaid = pay(money, store, voucher, draw, block)
      sessions.putAt(store, key, sessionAfter(voucher, draw.short, session, block))
      if (session === undefined) byProvider.put(store, `${provider}/${id}`, '')
      recordHistory(store, voucher, draw.short, session)
      const { sid, round, bytes, statement } = voucher
      const paid = draw.held + draw.free
      const amounts = { paid: paid.toString(), short: draw.short.toString(), settled: owed.toString() }
      const event = { sid, series, client, provider, asset, round, bytes: bytes.toString(), statement, ...amounts }
      return accept({ type: 'sessions/settled', ...event }, ...repaid)
    },
  })

function refusal(
  money: Money,
  store: Store,
  voucher: Voucher,
  signer: Did,
  session: Session | undefined,
  block: BlockContext,
): Rejection | undefined {
  const { client, provider, asset, owed, sid } = voucher
  if (client !== signer) return reject('CLIENT_MISMATCH', { client, signer })
  if (provider === client) return reject('PROVIDER_IS_CLIENT', { provider })
  if (session === undefined) {
    if (!money.assetExists(store, asset)) return reject('ASSET_UNKNOWN', { asset })
    return owed === 0n ? reject('NOTHING_NEW', { owed, settled: 0n }) : undefined
  }
  const { settled, endMs, openedMs } = session
  if (owed < settled) return reject('VOUCHER_BELOW', { owed, settled })
  if (owed === settled) return reject('NOTHING_NEW', { owed, settled })
  if (endMs !== 0 && block.timeMs >= endMs) return reject('SESSION_CLOSED', { sid, endMs })
  const lastMs = openedMs + sessionsParams.read(store).maxSessionMs
  return block.timeMs >= lastMs ? reject('SESSION_EXPIRED', { sid, lastMs }) : undefined
}

/** The escrow named first, if it is for this provider and asset and its end has not come; then the free balance. */
function drawFor(
  money: Money,
  store: Store,
  voucher: Voucher,
  { due, spendable, timeMs }: { readonly due: Amount; readonly spendable: Amount; readonly timeMs: UnixMillis },
): Draw {
  const { client, provider, asset } = voucher
  const id = sessionId.read(voucher.escrow)
  const escrow = id === undefined ? undefined : escrows.get(store, clientId(client, id))
  const isFor = escrow?.provider === provider && escrow.asset === asset
  // The due-queue may be behind: the end counts, not when the queue comes to it.
  const usable = isFor && timeMs < escrow.releaseMs
  const locked = usable ? money.heldAmount(store, holdId(client, voucher.escrow ?? '')) : 0n
  const held = least(due, locked)
  const free = least(due - held, spendable)
  return { held, free, short: due - held - free }
}

/** Moves the money; what is short becomes debts, split like the payment. */
function pay(money: Money, store: Store, voucher: Voucher, draw: Draw, block: BlockContext): LedgerEvent[] {
  const { client, provider, asset, shares } = voucher
  if (draw.held > 0n) money.drawHeld(store, holdId(client, voucher.escrow ?? ''), draw.held)
  if (draw.free > 0n) money.drawFree(store, asset, client, draw.free)
  for (const { to, amount } of split(draw.short, provider, shares)) money.owe(store, asset, client, to, amount)
  const events: LedgerEvent[] = []
  for (const { to, amount } of split(draw.held + draw.free, provider, shares)) {
    events.push(...money.credit(store, asset, to, amount, block))
  }
  return events
}

function sessionAfter(
  { provider, asset, owed, round, bytes, statement }: Voucher,
  short: Amount,
  before: Session | undefined,
  block: BlockContext,
): Session {
  return {
    provider,
    asset,
    settled: owed,
    short: (before?.short ?? 0n) + short,
    round: Math.max(round, before?.round ?? 0),
    bytes,
    statement,
    openedMs: before?.openedMs ?? block.timeMs,
    endMs: before?.endMs ?? 0,
  }
}

function recordHistory(store: Store, voucher: Voucher, short: Amount, before: Session | undefined): void {
  const { client, asset, owed, round } = voucher
  const key = histories.key(`${asset}/${client}`)
  const history = histories.getAt(store, key) ?? NO_HISTORY
  const rounds = history.rounds + Math.max(0, round - (before?.round ?? 0))
  histories.putAt(store, key, {
    sessions: history.sessions + (before === undefined ? 1 : 0),
    // Rounds are what a client says: a few vouchers could lead beyond what a number holds exactly.
    rounds: Math.min(rounds, Number.MAX_SAFE_INTEGER),
    settled: history.settled + owed - (before?.settled ?? 0n),
    short: history.short + short,
  })
}

function least(a: Amount, b: Amount): Amount {
  return a < b ? a : b
}
