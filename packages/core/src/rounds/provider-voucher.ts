import { type Rejection, reject } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import type { RoundCode } from './codes.js'
import { drawn, mayPostpone, verifiedOwed, verify } from './provider-check.js'
import { accepted } from './provider-statement.js'
import type {
  HeldVoucher,
  OpenStatement,
  ProviderEffect,
  ProviderEvent,
  ProviderState,
  ProviderStep,
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
export function takeVoucher(state: ProviderState, event: VoucherEvent, nowMs: UnixMillis): ProviderStep {
  const { voucher, text, hash, checked = true } = event
  const fault = mismatch(state, voucher)
  if (fault !== undefined) return refuse(state, fault)
  const highest = accepted(state)
  if (highest !== undefined && voucher.round <= highest.round) return repeated(state, voucher, highest)
  const statement = state.open.find(open => open.hash === voucher.statement)
  if (statement === undefined) return refuse(state, reject('STATEMENT_UNKNOWN', { round: voucher.round }))
  const differs = unlike(statement, voucher)
  if (differs !== undefined) return refuse(state, reject('VOUCHER_MISMATCH', { field: differs }))
  const { round, owed, bytesUp, bytesDown, elapsedMs } = statement.payload
  const later = !checked && mayPostpone(state, owed, nowMs)
  const good = checked || (!later && state.config.defer?.authentic(text) === true)
  if (!good && !later) return refuse(state, reject('VOUCHER_FORGED', { round }))
  const bytes = bytesUp + bytesDown
  const held: HeldVoucher = { round, owed, bytes, elapsedMs, text, hash, checked: good, marked: good }
  const counted = good ? drawn(state) : { untilCheck: state.untilCheck - 1 }
  return {
    state: { ...state, ...counted, storing: [...state.storing, held] },
    effects: [{ type: 'store', text, hash, round, owed, checked: good }],
  }
}

/** The driver confirms that a voucher is durable: now, and not before, access is extended. */
export function voucherStored(state: ProviderState, hash: Hash, nowMs: UnixMillis): ProviderStep {
  const held = state.storing.find(one => one.hash === hash)
  if (held === undefined) return { state, effects: [] }
  const { terms, at } = state.config.grant
  const next: ProviderState = {
    ...state,
    stored: held,
    storing: state.storing.filter(one => one.round > held.round),
    open: state.open.filter(one => one.payload.round > held.round),
    paidRounds: state.paidRounds + 1,
    accessUntil: at + held.elapsedMs + terms.trialMs,
    gatewayUntil: at + held.elapsedMs,
    storeFailed: false,
  }
  const looked = held.checked ? verify(next, held, nowMs) : { state: next, effects: [] }
  const serving = next.phase === 'serving'
  const done = serving ? extended(looked.state, held, nowMs) : settled(looked.state, nowMs, [ackOf(next)], 'close')
  return { state: done.state, effects: [...looked.effects, ...done.effects] }
}

/** Storing failed: the voucher is forgotten, its statement stays open, and the client is told to send it again. */
export function voucherNotStored(state: ProviderState, hash: Hash): ProviderStep {
  if (!state.storing.some(one => one.hash === hash)) return { state, effects: [] }
  const storing = state.storing.filter(one => one.hash !== hash)
  return refuse({ ...state, storing, storeFailed: true }, reject('STORAGE_FAILED'))
}

/** Asks for settlement if the policy wants it now; a `close` always does. */
export function settled(
  state: ProviderState,
  nowMs: UnixMillis,
  effects: readonly ProviderEffect[],
  cause?: SettleCause,
): ProviderStep {
  const { verified } = state
  if (verified === undefined || verified.owed <= state.settling) {
    return { state: { ...state, unsettledSince: undefined }, effects }
  }
  const since = state.unsettledSince ?? nowMs
  const why = cause ?? settleCause(state, nowMs)
  if (why === undefined) return { state: { ...state, unsettledSince: since }, effects }
  return {
    state: { ...state, settling: verified.owed, unsettledSince: undefined },
    effects: [...effects, { type: 'settle', text: verified.text, owed: verified.owed, cause: why }],
  }
}

/** Confirms the highest stored voucher. */
export function ackOf(state: ProviderState): ProviderEffect {
  const { grant } = state.config
  const paidUntil = grant.at + (state.stored?.elapsedMs ?? 0)
  return { type: 'ack', ack: { round: state.stored?.round ?? 0, paidUntil, accessUntil: state.accessUntil } }
}

function extended(state: ProviderState, held: HeldVoucher, nowMs: UnixMillis): ProviderStep {
  // What was promised and not checked is unpaid: it takes its part of the limit (RND-15).
  const free = state.credit - (held.owed - verifiedOwed(state))
  const quota = quotaFor(held.bytes, free, state.config.grant.terms.tariff)
  const paid: ProviderState = { ...state, quota }
  const { state: next, effects } = nowMs >= trialOpensAt(paid) ? openTrial(paid) : extendTo(paid, paid.gatewayUntil)
  return settled(next, nowMs, [...effects, ackOf(next)])
}

/** When the next trial must be open in the gateway; `Infinity` if it is. */
export function trialOpensAt(state: ProviderState): UnixMillis {
  return state.gatewayUntil < state.accessUntil ? state.gatewayUntil - trialLeadMs(state.config.grant.terms) : Infinity
}

/** Gives the next trial: the living provider does this round by round, so that a dead one gives none (RND-4). */
export function openTrial(state: ProviderState): ProviderStep {
  return extendTo({ ...state, gatewayUntil: state.accessUntil }, state.accessUntil)
}

function extendTo(state: ProviderState, until: UnixMillis): ProviderStep {
  return { state, effects: [{ type: 'extend', until, quota: state.quota }] }
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
function repeated(state: ProviderState, voucher: VoucherPayload, highest: HeldVoucher): ProviderStep {
  const { owed } = voucher
  if (owed < highest.owed) return refuse(state, reject('VOUCHER_BELOW', { owed, highest: highest.owed }))
  if (owed > highest.owed) return refuse(state, reject('VOUCHER_MISMATCH', { field: 'owed' }))
  const durable = state.stored !== undefined && state.stored.round >= highest.round
  return { state, effects: durable ? [ackOf(state)] : [] }
}

function mismatch(state: ProviderState, voucher: VoucherPayload): Rejection<RoundCode> | undefined {
  const { grant, escrow } = state.config
  for (const field of ['lid', 'sid', 'client', 'provider'] as const) {
    if (voucher[field] !== grant[field]) return reject('VOUCHER_MISMATCH', { field })
  }
  if (voucher.asset !== grant.terms.tariff.asset) return reject('VOUCHER_MISMATCH', { field: 'asset' })
  if (voucher.escrow !== escrow) return reject('VOUCHER_MISMATCH', { field: 'escrow' })
  return sameShares(voucher, grant.terms) ? undefined : reject('VOUCHER_MISMATCH', { field: 'shares' })
}

type Shares = Pick<VoucherPayload, 'shares'>

function sameShares({ shares: one }: Shares, { shares: other }: Shares): boolean {
  return one.length === other.length && one.every((s, i) => s.to === other[i]?.to && s.bps === other[i]?.bps)
}

function unlike({ payload }: OpenStatement, voucher: VoucherPayload): 'round' | 'owed' | undefined {
  if (voucher.round !== payload.round) return 'round'
  return voucher.owed === payload.owed ? undefined : 'owed'
}

function refuse(state: ProviderState, { code, data }: Rejection<RoundCode>): ProviderStep {
  return { state, effects: [{ type: 'refuse', code, data }] }
}
