import { type Rejection, reject } from '../errors/index.js'
import type { Hash, UnixMillis } from '../units/index.js'
import type { RoundCode } from './codes.js'
import { accepted } from './provider-statement.js'
import type {
  HeldVoucher,
  OpenStatement,
  ProviderEffect,
  ProviderState,
  ProviderStep,
  SettleCause,
} from './provider-types.js'
import { nextCredit, quotaFor } from './risk.js'
import { trialLeadMs } from './timeline.js'
import type { VoucherPayload } from './types.js'

/**
 * Takes a voucher: refuses what does not answer a statement exactly, has the rest stored (RND-4, RND-5).
 *
 * Nothing is extended here: access moves only when the driver confirms that the voucher is on disk.
 */
export function takeVoucher(state: ProviderState, voucher: VoucherPayload, text: string, hash: Hash): ProviderStep {
  const fault = mismatch(state, voucher)
  if (fault !== undefined) return refuse(state, fault)
  const highest = accepted(state)
  if (highest !== undefined && voucher.round <= highest.round) return repeated(state, voucher, highest)
  const statement = state.open.find(open => open.hash === voucher.statement)
  if (statement === undefined) return refuse(state, reject('STATEMENT_UNKNOWN', { round: voucher.round }))
  const differs = unlike(statement, voucher)
  if (differs !== undefined) return refuse(state, reject('VOUCHER_MISMATCH', { field: differs }))
  const { round, owed, bytesUp, bytesDown, elapsedMs } = statement.payload
  const held: HeldVoucher = { round, owed, bytes: bytesUp + bytesDown, elapsedMs, text, hash }
  return {
    state: { ...state, storing: [...state.storing, held] },
    effects: [{ type: 'store', text, hash, round, owed }],
  }
}

/** The driver confirms that a voucher is durable: now, and not before, access is extended. */
export function voucherStored(state: ProviderState, hash: Hash, nowMs: UnixMillis): ProviderStep {
  const held = state.storing.find(one => one.hash === hash)
  if (held === undefined) return { state, effects: [] }
  const before = state.stored?.owed ?? 0n
  const { terms, at } = state.config.grant
  const credit = held.owed > before ? nextCredit(state.credit, terms.maxUnpaidCap) : state.credit
  const next: ProviderState = {
    ...state,
    stored: held,
    storing: state.storing.filter(one => one.round > held.round),
    open: state.open.filter(one => one.payload.round > held.round),
    paidRounds: state.paidRounds + 1,
    // A limit already earned elsewhere may stand above this offer's cap: it is never taken back here.
    credit: credit > state.credit ? credit : state.credit,
    accessUntil: at + held.elapsedMs + terms.trialMs,
    gatewayUntil: at + held.elapsedMs,
    unsettledSince: state.unsettledSince ?? nowMs,
    storeFailed: false,
  }
  return next.phase === 'serving' ? extended(next, held, nowMs) : settled(next, nowMs, [ackOf(next)], 'close')
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
  const { stored } = state
  const why = cause ?? settleCause(state, nowMs)
  if (stored === undefined || stored.owed <= state.settling) {
    return { state: { ...state, unsettledSince: undefined }, effects }
  }
  if (why === undefined) return { state, effects }
  return {
    state: { ...state, settling: stored.owed, unsettledSince: undefined },
    effects: [...effects, { type: 'settle', text: stored.text, owed: stored.owed, cause: why }],
  }
}

/** Confirms the highest stored voucher. */
export function ackOf(state: ProviderState): ProviderEffect {
  const { grant } = state.config
  const paidUntil = grant.at + (state.stored?.elapsedMs ?? 0)
  return { type: 'ack', ack: { round: state.stored?.round ?? 0, paidUntil, accessUntil: state.accessUntil } }
}

function extended(state: ProviderState, held: HeldVoucher, nowMs: UnixMillis): ProviderStep {
  const quota = quotaFor(held.bytes, state.credit, state.config.grant.terms.tariff)
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
  const unsettled = (state.stored?.owed ?? 0n) - state.settling
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
