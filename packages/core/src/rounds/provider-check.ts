import type { Amount, Millis, UnixMillis } from '../units/index.js'
import { accepted } from './provider-statement.js'
import type { HeldVoucher, ProviderEffect, ProviderState, ProviderStep } from './provider-types.js'
import { nextCredit } from './risk.js'

/** The first vouchers of a session are checked one by one, so that who cannot pay is found out at once. */
const FIRST_CHECKED = 2

/** Nothing stays unchecked, hence unsettled, much longer than this: long rounds are checked one by one. */
const POSTPONED_MS: Millis = 60_000

/** What counts as paid: the highest stored voucher whose signature was checked. */
export function verifiedOwed(state: ProviderState): Amount {
  return state.verified?.owed ?? 0n
}

/**
 * Whether the signature of a voucher over `owed` may be checked later (RND-15).
 *
 * A voucher that was not checked counts as unpaid. At most half of the unpaid limit goes into such vouchers, so that the other
 * half is left for bytes: together they never pass the limit.
 */
export function mayPostpone(state: ProviderState, owed: Amount, nowMs: UnixMillis): boolean {
  const { defer } = state.config
  if (defer === undefined || defer.every <= 1) return false
  if (state.phase !== 'serving' || state.checks < FIRST_CHECKED || state.untilCheck <= 1) return false
  if (nowMs - state.checkedAt >= POSTPONED_MS) return false
  return (owed - verifiedOwed(state)) * 2n <= state.credit
}

/** After a check: how many vouchers until the next one, between half of `every` and `every`, as a secret number decides. */
export function drawn(state: ProviderState): Pick<ProviderState, 'untilCheck' | 'draw'> {
  const { defer } = state.config
  if (defer === undefined) return { untilCheck: 1, draw: 0 }
  const least = Math.ceil(defer.every / 2)
  // A linear congruential step (Numerical Recipes' constants); its high half is what is used.
  const draw = (Math.imul(state.draw, 1_664_525) + 1_013_904_223) >>> 0
  return { untilCheck: least + ((draw >>> 16) % (defer.every - least + 1)), draw }
}

/** A stored voucher with a good signature: it may be settled, and the unpaid limit grows by it (RND-12). */
export function verify(state: ProviderState, held: HeldVoucher, nowMs: UnixMillis): ProviderStep {
  const paid = held.owed - verifiedOwed(state)
  const rounds = state.paidRounds - state.checkedRounds
  const next: ProviderState = {
    ...state,
    verified: held,
    checks: state.checks + 1,
    checkedRounds: state.paidRounds,
    checkedAt: nowMs,
    credit: nextCredit(state.credit, state.config.grant.terms.maxUnpaidCap, paid, rounds),
  }
  const { text, owed, round, marked } = held
  return { state: next, effects: [{ type: 'checked', text, owed, round, marked }] }
}

/**
 * Checks the newest voucher if that was put off. Vouchers are cumulative: if it is good, those before it do not matter; if it is
 * not, none that was not checked is believed.
 *
 * @returns `forged` with the unchecked vouchers dropped and the unpaid limit back at its beginning
 */
export function checkHeld(state: ProviderState, nowMs: UnixMillis): ProviderStep & { readonly forged: boolean } {
  const newest = accepted(state)
  const { defer } = state.config
  if (newest === undefined || newest.checked || defer === undefined) return { state, effects: [], forged: false }
  if (!defer.authentic(newest.text)) return dropped(state, newest)
  const held = { ...newest, checked: true }
  if (state.storing.length > 0) {
    return { state: { ...state, storing: [...state.storing.slice(0, -1), held] }, effects: [], forged: false }
  }
  return { ...verify({ ...state, stored: held }, held, nowMs), forged: false }
}

function dropped(state: ProviderState, newest: HeldVoucher): ProviderStep & { readonly forged: true } {
  const { maxUnpaid } = state.config.grant.terms
  const next: ProviderState = {
    ...state,
    stored: state.verified,
    storing: state.storing.filter(one => one.checked),
    paidRounds: state.checkedRounds,
    credit: state.credit < maxUnpaid ? state.credit : maxUnpaid,
  }
  const evidence: ProviderEffect = { type: 'evidence', reason: 'VOUCHER_FORGED', texts: [newest.text] }
  return { state: next, effects: [{ type: 'dropped' }, evidence], forged: true }
}
