import { type Rejection, reject } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import type { RoundCode } from './codes.js'
import { draw, freeAfter, mayPostpone, verifiedOwed, verify } from './provider-check.js'
import { accepted } from './provider-statement.js'
import type {
  HeldVoucher,
  OpenStatement,
  ProviderDraft,
  ProviderEffect,
  ProviderEvent,
  ProviderState,
  SettleCause,
} from './provider-types.js'
import { quotaFor } from './risk.js'
import { trialLeadMs } from './timeline.js'
import type { VoucherPayload } from './types.js'

type VoucherEvent = Extract<ProviderEvent, { type: 'voucher' }>

/**
 * Takes a voucher: refuses what does not answer a statement exactly, has the rest stored (RND-4, RND-5).
 *
 * Nothing is extended here: access moves only when the driver confirms that the voucher is on disk.
 */
export function takeVoucher(state: ProviderDraft, event: VoucherEvent, nowMs: UnixMillis): ProviderEffect[] {
  const { voucher, text, hash, checked = true } = event
  const fault = mismatch(state, voucher)
  if (fault !== undefined) return refuse(fault)
  const highest = accepted(state)
  if (highest !== undefined && voucher.round <= highest.round) return repeated(state, voucher, highest)
  const statement = state.open.find(open => open.hash === voucher.statement)
  if (statement === undefined) return refuse(reject('STATEMENT_UNKNOWN', { round: voucher.round }))
  const differs = unlike(statement, voucher)
  if (differs !== undefined) return refuse(reject('VOUCHER_MISMATCH', { field: differs }))
  const { round, owed, bytesUp, bytesDown, elapsedMs } = statement.payload
  const later = !checked && mayPostpone(state, owed, nowMs)
  const good = checked || (!later && state.config.defer?.authentic(text) === true)
  if (!good && !later) return refuse(reject('VOUCHER_FORGED', { round }))
  const bytes = bytesUp + bytesDown
  state.storing = [...state.storing, { round, owed, bytes, elapsedMs, text, hash, checked: good, marked: good }]
  if (good) draw(state)
  else state.untilCheck--
  return [{ type: 'store', text, hash, round, owed, checked: good }]
}

/** The driver confirms that a voucher is durable: now, and not before, access is extended. */
export function voucherStored(state: ProviderDraft, hash: Hash, nowMs: UnixMillis): ProviderEffect[] {
  const held = state.storing.find(one => one.hash === hash)
  if (held === undefined) return []
  const { terms, at } = state.config.grant
  state.stored = held
  state.storing = above(state.storing, one => one.round > held.round)
  state.open = above(state.open, one => one.payload.round > held.round)
  state.paidRounds++
  state.accessUntil = at + held.elapsedMs + terms.trialMs
  state.gatewayUntil = at + held.elapsedMs
  state.storeFailed = false
  const effects = held.checked ? [verify(state, held, nowMs)] : []
  if (state.phase === 'serving') effects.push(extended(state, held, nowMs), ackOf(state), ...settled(state, nowMs))
  else effects.push(ackOf(state), ...settled(state, nowMs, 'close'))
  return effects
}

const NONE: readonly never[] = []

function above<T>(all: readonly T[], is: (one: T) => boolean): readonly T[] {
  const left = all.filter(is)
  return left.length === 0 ? NONE : left
}

/** Storing failed: the voucher is forgotten, its statement stays open, and the client is told to send it again. */
export function voucherNotStored(state: ProviderDraft, hash: Hash): ProviderEffect[] {
  if (!state.storing.some(one => one.hash === hash)) return []
  state.storing = state.storing.filter(one => one.hash !== hash)
  state.storeFailed = true
  return refuse(reject('STORAGE_FAILED'))
}

/** Asks for settlement if the policy wants it now; a `close` always does. */
export function settled(state: ProviderDraft, nowMs: UnixMillis, cause?: SettleCause): ProviderEffect[] {
  const { verified } = state
  if (verified === undefined || verified.owed <= state.settling) {
    state.unsettledSince = undefined
    return []
  }
  const why = cause ?? settleCause(state, nowMs)
  if (why === undefined) {
    state.unsettledSince ??= nowMs
    return []
  }
  state.settling = verified.owed
  state.unsettledSince = undefined
  return [{ type: 'settle', text: verified.text, owed: verified.owed, cause: why }]
}

/** Confirms the highest stored voucher. */
export function ackOf(state: ProviderState): ProviderEffect {
  const { grant } = state.config
  const paidUntil = grant.at + (state.stored?.elapsedMs ?? 0)
  return { type: 'ack', ack: { round: state.stored?.round ?? 0, paidUntil, accessUntil: state.accessUntil } }
}

function extended(state: ProviderDraft, held: HeldVoucher, nowMs: UnixMillis): ProviderEffect {
  const before = state.quota
  state.quota = quotaFor(held.bytes, freeAfter(state, held.owed), state.config.grant.terms.tariff)
  if (state.quota < before) state.fellAt = nowMs
  if (state.ceiling < state.quota) state.ceiling = state.quota
  return nowMs >= trialOpensAt(state) ? openTrial(state) : extendTo(state, state.gatewayUntil)
}

/** When the next trial must be open in the gateway; `Infinity` if it is. */
export function trialOpensAt(state: ProviderState): UnixMillis {
  return state.gatewayUntil < state.accessUntil ? state.gatewayUntil - trialLeadMs(state.config.grant.terms) : Infinity
}

/** Gives the next trial: the living provider does this round by round, so that a dead one gives none (RND-4). */
export function openTrial(state: ProviderDraft): ProviderEffect {
  state.gatewayUntil = state.accessUntil
  return extendTo(state, state.accessUntil)
}

function extendTo(state: ProviderState, until: UnixMillis): ProviderEffect {
  return { type: 'extend', until, quota: state.quota }
}

function settleCause(state: ProviderState, nowMs: UnixMillis): SettleCause | undefined {
  const { everyRound, aboveAmount, afterMs } = state.config.settle
  const unsettled = verifiedOwed(state) - state.settling
  if (everyRound === true) return 'round'
  if (aboveAmount !== undefined && unsettled >= aboveAmount) return 'value'
  if (afterMs !== undefined && nowMs - (state.unsettledSince ?? nowMs) >= afterMs) return 'age'
  return undefined
}

/** A voucher that is not newer: the same promise is confirmed again, a lower one changes nothing. */
function repeated(state: ProviderState, voucher: VoucherPayload, highest: HeldVoucher): ProviderEffect[] {
  const { owed } = voucher
  if (owed < highest.owed) return refuse(reject('VOUCHER_BELOW', { owed, highest: highest.owed }))
  if (owed > highest.owed) return refuse(reject('VOUCHER_MISMATCH', { field: 'owed' }))
  const durable = state.stored !== undefined && state.stored.round >= highest.round
  return durable ? [ackOf(state)] : []
}

function mismatch(state: ProviderState, voucher: VoucherPayload): Rejection<RoundCode> | undefined {
  const field = foreignMember(state, voucher)
  return field === undefined ? undefined : reject('VOUCHER_MISMATCH', { field })
}

/** Member by member, not in a loop over their names: each round of every session comes here. */
function foreignMember({ config: { grant, escrow } }: ProviderState, voucher: VoucherPayload): string | undefined {
  if (voucher.lid !== grant.lid) return 'lid'
  if (voucher.sid !== grant.sid) return 'sid'
  if (voucher.client !== grant.client) return 'client'
  if (voucher.provider !== grant.provider) return 'provider'
  if (voucher.asset !== grant.terms.tariff.asset) return 'asset'
  if (voucher.escrow !== escrow) return 'escrow'
  return sameShares(voucher, grant.terms) ? undefined : 'shares'
}

type Shares = Pick<VoucherPayload, 'shares'>

function sameShares({ shares: one }: Shares, { shares: other }: Shares): boolean {
  return one.length === other.length && one.every((s, i) => s.to === other[i]?.to && s.bps === other[i]?.bps)
}

function unlike({ payload }: OpenStatement, voucher: VoucherPayload): 'round' | 'owed' | undefined {
  if (voucher.round !== payload.round) return 'round'
  return voucher.owed === payload.owed ? undefined : 'owed'
}

function refuse({ code, data }: Rejection<RoundCode>): ProviderEffect[] {
  return [{ type: 'refuse', code, data }]
}
