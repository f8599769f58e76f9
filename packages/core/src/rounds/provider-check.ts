import type { Amount, Millis, UnixMillis } from '../units/index.js'
import { accepted } from './provider-statement.js'
import type { HeldVoucher, ProviderDraft, ProviderEffect, ProviderState } from './provider-types.js'
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
export function draw(state: ProviderDraft): void {
  const { defer } = state.config
  if (defer === undefined) return
  const least = Math.ceil(defer.every / 2)
  // A linear congruential step (Numerical Recipes' constants); its high half is what is used.
  state.draw = (Math.imul(state.draw, 1_664_525) + 1_013_904_223) >>> 0
  state.untilCheck = least + ((state.draw >>> 16) % (defer.every - least + 1))
}

/** A stored voucher with a good signature: it may be settled, and the unpaid limit grows by it (RND-12). */
export function verify(state: ProviderDraft, held: HeldVoucher, nowMs: UnixMillis): ProviderEffect {
  const paid = held.owed - verifiedOwed(state)
  const rounds = state.paidRounds - state.checkedRounds
  state.credit = nextCredit(state.credit, state.config.grant.terms.maxUnpaidCap, paid, rounds)
  state.verified = held
  state.checks++
  state.checkedRounds = state.paidRounds
  state.checkedAt = nowMs
  const { text, owed, round, marked } = held
  return { type: 'checked', text, owed, round, marked }
}

/**
 * Checks the newest voucher if that was put off. Vouchers are cumulative: if it is good, those before it do not matter; if it is
 * not, none that was not checked is believed: they are dropped, and the unpaid limit is back at its beginning.
 *
 * @returns what to do; with `dropped` in it if the voucher is forged
 */
export function checkHeld(state: ProviderDraft, nowMs: UnixMillis): ProviderEffect[] {
  const newest = accepted(state)
  const { defer } = state.config
  if (newest === undefined || newest.checked || defer === undefined) return []
  if (!defer.authentic(newest.text)) return drop(state, newest)
  const held = { ...newest, checked: true }
  if (state.storing.length > 0) {
    state.storing = [...state.storing.slice(0, -1), held]
    return []
  }
  state.stored = held
  return [verify(state, held, nowMs)]
}

/** Whether `checkHeld` found a forgery. */
export function isForged(effects: readonly ProviderEffect[]): boolean {
  return effects.some(effect => effect.type === 'dropped')
}

function drop(state: ProviderDraft, newest: HeldVoucher): ProviderEffect[] {
  const { maxUnpaid } = state.config.grant.terms
  state.stored = state.verified
  state.storing = state.storing.filter(one => one.checked)
  state.paidRounds = state.checkedRounds
  if (state.credit > maxUnpaid) state.credit = maxUnpaid
  return [{ type: 'dropped' }, { type: 'evidence', reason: 'VOUCHER_FORGED', texts: [newest.text] }]
}
