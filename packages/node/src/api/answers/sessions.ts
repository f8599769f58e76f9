import { Type } from '@sinclair/typebox'
import { Amount, ByteText, Did, Envelope, Moment, orNull, pageOf } from './basics.js'

const Round = Type.Object({
  round: Type.Integer(),
  kind: Type.Union([Type.Literal('time'), Type.Literal('volume')]),
  state: Type.Union([Type.Literal('trial'), Type.Literal('due'), Type.Literal('paid'), Type.Literal('cut')]),
  startedAt: Moment,
  trialUntil: Moment,
  endsAt: Moment,
  amount: Amount,
  paidAt: orNull(Moment),
})

/** One session with its last rounds. */
export const SessionAnswer = Type.Object({
  sid: Type.String(),
  role: Type.Union([Type.Literal('provider'), Type.Literal('client')]),
  state: Type.Union([Type.Literal('live'), Type.Literal('closed')]),
  peer: Did,
  peerName: orNull(Type.String()),
  offer: Type.String(),
  offerName: orNull(Type.String()),
  asset: Type.String(),
  openedAt: Moment,
  closedAt: orNull(Moment),
  reason: orNull(Type.String({ description: 'why it ended, such as CLIENT_DONE or NOT_PAID' })),
  bytesUp: ByteText,
  bytesDown: ByteText,
  owed: Amount,
  paid: Amount,
  settled: Amount,
  accessUntil: Moment,
  roundsPaid: Type.Integer(),
  rounds: Type.Array(Round),
})
export const SessionsAnswer = pageOf(SessionAnswer)

export const GrantAnswer = Type.Object({ grant: Envelope })
export const StatementAnswer = Type.Object({ statement: orNull(Envelope) })
export const CloseAnswer = Type.Object({ close: Envelope })
/** A voucher is stored, and access goes on. */
export const VoucherAnswer = Type.Object({
  ack: Type.Object({ round: Type.Integer(), paidUntil: Moment, accessUntil: Moment }),
})

/** A request that waits for its station. */
export const DepositAnswer = Type.Object({
  sid: Type.String(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('open'), Type.Literal('over')]),
  network: Type.String(),
  expiresAt: Moment,
  grant: Type.Optional(Envelope),
  serverName: Type.Optional(Type.String()),
  certificateSha256: Type.Optional(Type.String()),
})

const Payment = { provider: Did, asset: Type.String(), height: Type.Integer() }

/** One session as the ledger settled it. */
export const LedgerSessionAnswer = Type.Object({
  ...Payment,
  client: Did,
  sid: Type.String(),
  series: Type.String({ description: 'vouchers that count against each other' }),
  paid: Amount,
  round: Type.Integer({ description: 'the last that was settled' }),
  settlements: Type.Integer(),
  state: Type.Union([Type.Literal('open'), Type.Literal('closed')]),
})
export const SettlementsAnswer = pageOf(
  Type.Object({ ...Payment, timeMs: Moment, round: Type.Integer(), amount: Amount }),
)
