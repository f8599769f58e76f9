import {
  type CloseReason,
  type Count,
  type ProviderEffect,
  type ProviderSummary,
  providerRisk,
} from '@conet/core/rounds'
import { price } from '@conet/core/services/access'
import type { Amount, Bytes, UnixMillis } from '@conet/core/units'
import type { Change } from '../storage/index.js'
import { messageOf, type ProviderCode } from './codes.js'
import type { Counters } from './counters.js'
import type { CreditBook } from './credit.js'
import type { Emitter } from './emitter.js'
import { lastMark, Marks } from './marks.js'
import type { ProviderConfigPorts } from './ports.js'
import { record, whole } from './records/index.js'
import { type LiveSession, type Reply, viewOf } from './session.js'
import type { Settler } from './settle/index.js'
import { Statements } from './statements.js'
import type { Trials } from './trials.js'

type Outward = Extract<ProviderEffect, { type: 'send' | 'settle' | 'evidence' | 'checked' | 'dropped' }>

export interface EffectParts {
  readonly ports: Pick<ProviderConfigPorts, 'clock' | 'ledger' | 'sha256' | 'signer' | 'store'>
  readonly counters: Counters
  readonly emitter: Emitter
  readonly settler: Settler
  readonly trials: Trials
  readonly credit: CreditBook
}

/** WebSocket close codes: 1000 is the ordinary end. */
const DONE = 1000

/** What a session's steps mean outside the machine: frames, records, settlement, counters, events. */
export class Effects {
  readonly #parts: EffectParts
  readonly #marks: Marks
  readonly statements: Statements

  constructor(parts: EffectParts) {
    this.#parts = parts
    this.#marks = new Marks(parts)
    const { signer, sha256 } = parts.ports
    this.statements = new Statements({ signer, sha256, send: (session, text) => this.#send(session, text) })
  }

  apply(session: LiveSession, effect: Outward): void {
    const { counters, emitter, ports } = this.#parts
    const at = ports.clock.now()
    // The settler decides when: it hears of promises once they are checked.
    if (effect.type === 'settle') return
    if (effect.type === 'checked') {
      this.#marks.checked(session, effect)
      return
    }
    if (effect.type === 'dropped') {
      void ports.store.put(record.noUnchecked(session.start.grant)).catch(() => undefined)
      return
    }
    if (effect.type === 'evidence') {
      counters.disputes++
      emitter.emit({ type: 'disputed', sid: session.sid, at })
      const envelopes = effect.texts.map(text => this.statements.whole(whole(session.start, text)))
      const evidence = { sid: session.sid, at, why: effect.reason, envelopes }
      void ports.store.put([record.evidence(evidence)]).catch(() => undefined)
      return
    }
    if (effect.kind === 'close') {
      this.#send(session, effect.text)
      return
    }
    this.statements.send(session, { signingInput: effect.text, hash: effect.hash })
    counters.statements++
    if (emitter.silent) return
    const { round, owed, bytesUp, bytesDown, due, paidUntil } = effect.statement
    const bytes = bytesUp + bytesDown
    emitter.emit({ type: 'statement', sid: session.sid, round, owed, bytes, due, paidUntil, at })
  }

  /**
   * An ack or a refusal goes on the line and to whoever waits by HTTP.
   *
   * @param later - nobody waits for it: after the first rounds it goes with the next frame, which spares a packet in every round
   */
  answer(session: LiveSession, effect: Extract<ProviderEffect, { type: 'ack' | 'refuse' }>, later: boolean): void {
    const reply = nameStoreFailure(session, effect)
    const waiting = session.answers
    session.answers = undefined
    const mayWait = later && waiting === undefined && session.state.paidRounds > 1 && session.storeCode === undefined
    if (reply.type === 'ack') session.storeCode = undefined
    if (mayWait) session.ackDue = true
    else session.channel?.send(frameOf(reply))
    if (waiting !== undefined) for (const answer of waiting) answer(reply)
    if (reply.type !== 'refuse' || this.#parts.emitter.silent) return
    const at = this.#parts.ports.clock.now()
    this.#parts.emitter.emit({ type: 'voucherRefused', sid: session.sid, code: reply.code, at })
  }

  /** After a voucher reached the disk: risk, trials, settlement. */
  voucherStored(session: LiveSession, before: Amount): void {
    const { counters, emitter, ports, settler, trials } = this.#parts
    const { stored } = session.state
    if (stored === undefined || stored.owed < before) return
    const at = ports.clock.now()
    if (session.state.paidRounds === 1) {
      this.#noStranger(session)
      void ports.store.put(trials.giveBack(session.start.asker, at)).catch(() => undefined)
    }
    this.#weigh(session)
    counters.vouchers++
    this.#watchPurse(session)
    if (settler.overLimit) session.lastRound = true
    if (emitter.silent) return
    const { round, owed } = stored
    emitter.emit({ type: 'voucher', sid: session.sid, round, owed, amount: owed - before, at })
  }

  /** A frame, with the confirmation that waits for one in front of it. */
  #send(session: LiveSession, text: string): void {
    if (session.channel === undefined) return
    if (session.ackDue) session.channel.send(frameOf({ type: 'ack', ack: session.ack }), text)
    else session.channel.send(text)
    session.ackDue = false
  }

  extended(session: LiveSession, until: UnixMillis, quota: Bytes): void {
    const { emitter, ports } = this.#parts
    if (emitter.silent) return
    const round = session.state.stored?.round ?? 0
    emitter.emit({ type: 'extended', sid: session.sid, round, until, quota, at: ports.clock.now() })
  }

  held(session: LiveSession, meter: Count): void {
    session.held = true
    const bytes = meter.bytesUp + meter.bytesDown
    this.#parts.emitter.emit({ type: 'held', sid: session.sid, bytes, at: this.#parts.ports.clock.now() })
  }

  cut(session: LiveSession, reason: CloseReason): void {
    const { counters, emitter, ports } = this.#parts
    session.cutAt = ports.clock.now()
    counters.cuts++
    this.#noStranger(session)
    const promised = session.state.stored?.owed ?? 0n
    const owed = session.state.open.at(-1)?.payload.owed ?? promised
    emitter.emit({ type: 'cut', sid: session.sid, reason, owed, promised, at: ports.clock.now() })
  }

  /** The last word is said: the record is closed, credit kept, what is promised settles. */
  async finished(session: LiveSession, summary: ProviderSummary): Promise<void> {
    const { counters, ports, settler } = this.#parts
    const now = ports.clock.now()
    const view = viewOf(session, now, settler.settledOf(session.sid) ?? 0n, now)
    const last = lastMark(session)
    const closed = record.closed({ ...view, promised: summary.promised, owed: summary.owed })
    const changes = [...last.changes, ...closed, ...this.#parting(session, summary, now)]
    session.channel?.close(DONE, summary.reason)
    session.channel = undefined
    // A full disk leaves the open record: the next start closes it and settles.
    const stored = await ports.store.writeAtomic(changes).then(
      () => true,
      () => false,
    )
    counters.exposure -= session.risk
    session.risk = 0n
    if (stored && last.held !== undefined) this.#marks.promised(session, last.held.owed)
    this.#marks.left(session)
  }

  /**
   * What the way a client left means for its next session: the unpaid limit it begins with, and whether it has used up a trial. Time that
   * it leaves unpaid with a trial costs nothing (RND-10), but is taken off what it earned; with nothing earned the trial is used up (RND-11).
   * A session beside another of the same client takes nothing off what that one holds (RND-12).
   */
  #parting(session: LiveSession, summary: ProviderSummary, now: UnixMillis): readonly Change[] {
    const { credit, trials } = this.#parts
    const { asker, borrows, grant, known } = session.start
    const { maxUnpaid, tariff } = grant.terms
    const paid = summary.paidRounds > 0
    // Paying the first round gave the trial back: who leaves without paying has used it after all.
    const used = () => {
      const taken = paid ? trials.take(asker, now) : undefined
      return taken?.ok === true ? taken.value : []
    }
    if (leftUnpaid(session, summary)) return [credit.keep(grant.client, tariff.asset, undefined), ...used()]
    if (summary.reason === 'METER_DISPUTE') return []
    const free = timeLeft(session, summary)
    const left = summary.credit - free
    const least = (borrows ? undefined : credit.earned(grant.client, tariff.asset)) ?? maxUnpaid
    const kept = credit.keep(grant.client, tariff.asset, left > least ? left : least)
    const book = paid || (borrows && known && free > 0n) ? [kept] : []
    if (left < maxUnpaid) return [...book, ...used()]
    return paid || summary.reason !== 'CLIENT_DONE' ? book : [...book, ...trials.giveBack(asker, now)]
  }

  /** Promises beyond what the client has are worth nothing: settle now, and begin no further round. */
  #watchPurse(session: LiveSession): void {
    const { settler, ports } = this.#parts
    const { client, terms } = session.start.grant
    if (settler.unsettledOf(client) <= session.purse) return
    const { balance } = ports.ledger.account(client, terms.tariff.asset)
    const { escrow } = session.start
    session.purse = balance + (escrow === undefined ? 0n : (ports.ledger.escrow(client, escrow)?.amount ?? 0n))
    if (settler.unsettledOf(client) <= session.purse) return
    session.lastRound = true
    settler.hurry(session.sid)
  }

  #noStranger(session: LiveSession): void {
    if (session.stranger) this.#parts.counters.strangers--
    session.stranger = false
  }

  #weigh(session: LiveSession): void {
    if (session.state.phase !== 'serving') return
    const risk = providerRisk(session.start.grant.terms, session.state.credit)
    this.#parts.counters.exposure += risk - session.risk
    session.risk = risk
  }
}

/** Ends in which something used stays unpaid by the client's doing; what we or the network broke is not held against it. */
function leftUnpaid(session: LiveSession, { owed, promised, reason }: ProviderSummary): boolean {
  if (reason === 'NOT_PAID' || reason === 'VOUCHER_FORGED') return true
  if (owed <= promised && reason !== 'METER_DISPUTE') return false
  return session.closedByClient || reason === 'CREDIT_EXHAUSTED' || reason === 'PROVIDER_DONE'
}

/** Price of the time since the end of what is paid, rounded down, if it was the client that left. */
function timeLeft(session: LiveSession, { reason }: ProviderSummary): Amount {
  if (reason !== 'CLIENT_DONE') return 0n
  const elapsedMs = Math.max(0, session.cutAt - session.paidUntil)
  return price({ bytes: 0n, elapsedMs }, session.start.grant.terms.tariff)
}

/** A full disk is told apart from a broken one. */
function nameStoreFailure(session: LiveSession, reply: Reply): Reply {
  const full = reply.type === 'refuse' && reply.code === 'STORAGE_FAILED' && session.storeCode === 'DISK_FULL'
  return full ? { ...reply, code: 'DISK_FULL' } : reply
}

function frameOf(reply: Reply): string {
  if (reply.type === 'refuse') return errorFrame(reply.code, reply.data)
  const { round, paidUntil, accessUntil } = reply.ack
  return `{"ack":{"round":${round},"paidUntil":${paidUntil},"accessUntil":${accessUntil}}}`
}

/** The plain JSON frame of a refusal. */
export function errorFrame(code: ProviderCode, data: object = {}): string {
  const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)
  return JSON.stringify({ error: { code, message: messageOf(code), data } }, plain)
}
