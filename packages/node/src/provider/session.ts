import type { ErrorData } from '@conet/core/errors'
import type {
  Ack,
  CloseReason,
  GrantPayload,
  ProviderDraft,
  ProviderState,
  RoundCode,
  SessionId,
} from '@conet/core/rounds'
import type { Amount, Bytes, UnixMillis } from '@conet/core/units'
import type { Waking } from '@conet/gateway'
import type { RoundsChannel, SessionPhase, SessionView } from './contract.js'
import type { Asker } from './trials.js'

/** What the client learns about a voucher. `DISK_FULL` is unknown to the machine: it only learns that storing failed. */
export type Reply =
  | { readonly type: 'ack'; readonly ack: Ack }
  | { readonly type: 'refuse'; readonly code: RoundCode | 'DISK_FULL'; readonly data: ErrorData }

/** Who brought a voucher by HTTP and waits for the outcome. */
export type Answer = (reply: Reply) => void

/** Everything that is fixed when a session opens. */
export interface SessionStart {
  readonly sid: SessionId
  /** Order of opening, for paging. */
  readonly seq: number
  readonly grant: GrantPayload
  /** Nobody else may hold it. */
  readonly state: ProviderState
  readonly publicKey: Uint8Array
  readonly kid: string
  readonly asker: Asker
  /** The client has paid here before. */
  readonly known: boolean
  /** It began with what the client earned here before. */
  readonly borrows: boolean
  /** What this session can leave unpaid at most. */
  readonly risk: Amount
  /** Free balance and escrow at the opening. */
  readonly purse: Amount
  readonly escrow: string | undefined
  readonly untilMs: UnixMillis | undefined
  readonly bytesLeft: Bytes | undefined
  readonly escrowUntil: UnixMillis | undefined
}

/** One open session. Ten thousand of them live at once: no timer, no closure, one state object from core/rounds. */
export class LiveSession implements Waking {
  wakeAt: UnixMillis = Number.POSITIVE_INFINITY
  slot = -1
  /** Changed in place by every step: nobody else holds it. */
  readonly state: ProviderDraft
  channel: RoundsChannel | undefined
  held = false
  /** The last stored voucher is not confirmed yet: that goes with the next frame, in one packet. */
  ackDue = false
  /** Checked promise so far, as counted in the totals. */
  promised: Amount = 0n
  /** The client said that it stops: what it leaves unpaid then is its own doing. */
  closedByClient = false
  /** What the client could pay when last looked at, escrow included; its promises must not go beyond. */
  purse: Amount
  /** Cut as soon as the paid time is over: policy or limits want no further round. */
  lastRound = false
  /** Why, if not because of this side's limits. */
  endReason: CloseReason = 'PROVIDER_DONE'
  /** Callers by HTTP that wait for a voucher to be stored. */
  answers: Answer[] | undefined
  /** Never paid here so far: counts against the owner's limit of strangers. */
  stranger: boolean
  /** Callers that wait for the end. */
  onEnded: (() => void)[] | undefined
  /** When access was cut; 0 before. */
  cutAt: UnixMillis = 0
  /** Why the last voucher could not be stored. */
  storeCode: 'DISK_FULL' | 'STORAGE_FAILED' | undefined
  /** The last word is being recorded and the session is about to leave memory. */
  finishing = false
  /** That is done: what is promised settles now. */
  left = false
  /** Storing a checked voucher is tried again soon. */
  markDue = false
  /** What it can leave unpaid at most, until its last word is said. */
  risk: Amount
  readonly start: SessionStart

  constructor(start: SessionStart) {
    this.start = start
    this.state = start.state
    this.risk = start.risk
    this.stranger = !start.known
    this.purse = start.purse
  }

  get sid(): SessionId {
    return this.start.sid
  }

  /** Confirmation of the highest stored voucher. */
  get ack(): Ack {
    const { stored, accessUntil } = this.state
    return { round: stored?.round ?? 0, paidUntil: this.paidUntil, accessUntil }
  }

  /** End of the time that stored vouchers pay for. */
  get paidUntil(): UnixMillis {
    return this.start.grant.at + (this.state.stored?.elapsedMs ?? 0)
  }
}

function phaseOf(session: LiveSession, now: UnixMillis): SessionPhase {
  if (session.state.phase !== 'serving') return 'closed'
  if (session.held) return 'held'
  return now < session.paidUntil ? 'paid' : 'trial'
}

/** A session as the console sees it. `settled` comes from the settler. */
export function viewOf(
  session: LiveSession,
  now: UnixMillis,
  settled: Amount,
  closedAt: UnixMillis | undefined = undefined,
): SessionView {
  const { start, state } = session
  const { grant } = start
  return {
    sid: start.sid,
    client: grant.client,
    offer: grant.offer,
    offerVersion: grant.offerVersion,
    asset: grant.terms.tariff.asset,
    phase: closedAt === undefined ? phaseOf(session, now) : 'closed',
    openedAt: grant.at,
    closedAt,
    reason: state.reason,
    round: state.round,
    roundsPaid: state.paidRounds,
    bytesUp: state.meter.bytesUp,
    bytesDown: state.meter.bytesDown,
    owed: state.open.at(-1)?.payload.owed ?? state.stored?.owed ?? 0n,
    promised: state.stored?.owed ?? 0n,
    settled,
    paidUntil: session.paidUntil,
    accessUntil: state.accessUntil,
    remoteAddress: start.asker.address,
  }
}
