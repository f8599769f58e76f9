import { price } from '../services/access/price.js'
import type { Amount, Hash, Millis, UnixMillis } from '../units/index.js'
import { accepted } from './provider-statement.js'
import type { HeldVoucher, ProviderDraft, ProviderEffect, ProviderState } from './provider-types.js'
import { nextCredit, providerRisk } from './risk.js'
import { roundMs } from './timeline.js'

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
 * A voucher that was not checked counts as unpaid. At most half of the unpaid limit goes into such vouchers and the time of the
 * round after them, so that the other half is left for bytes: together they never pass the limit.
 */
export function mayPostpone(state: ProviderState, owed: Amount, nowMs: UnixMillis): boolean {
  const { defer } = state.config
  if (defer === undefined || defer.every <= 1) return false
  if (state.phase !== 'serving' || state.checks < FIRST_CHECKED || state.untilCheck <= 1) return false
  if (nowMs - state.checkedAt >= POSTPONED_MS) return false
  return (owed - verifiedOwed(state) + nextRound(state)) * 2n <= state.credit
}

/**
 * What may pass unpaid once the stored promise is `owed`: the unpaid limit, less what was promised and not checked, less the time
 * of the next round if that may be promised unchecked, too. By then every byte of this quota may have passed (RND-15).
 */
export function freeAfter(state: ProviderState, owed: Amount): Amount {
  const unchecked = owed - verifiedOwed(state)
  const reserve = nextRound(state)
  return state.credit - unchecked - ((unchecked + 2n * reserve) * 2n <= state.credit ? reserve : 0n)
}

/** Price of one more round's time, rounded up, if signatures are checked later at all. */
function nextRound(state: ProviderState): Amount {
  const { config } = state
  const { terms } = config.grant
  if (config.defer === undefined || config.defer.every <= 1 || terms.tariff.perHour === 0n) return 0n
  return price({ bytes: 0n, elapsedMs: roundMs(terms) }, terms.tariff) + 1n
}

/** Whether the time of an unchecked voucher, with all that may have passed before it came, could cost more than the stated risk. */
function overreaches(state: ProviderState, elapsedMs: Millis): boolean {
  const { terms } = state.config.grant
  const used = price({ bytes: state.ceiling, elapsedMs: elapsedMs + terms.trialMs }, terms.tariff)
  return used - verifiedOwed(state) > providerRisk(terms, state.credit)
}

/**
 * Looks at a stored voucher that was not checked, before access is extended for it, if bytes that passed under an earlier, larger
 * quota leave no room for its time.
 *
 * @returns what to do; with `dropped` in it if the voucher is forged
 */
export function checkStored(state: ProviderDraft, hash: Hash): ProviderEffect[] {
  const held = state.storing.find(one => one.hash === hash)
  if (held === undefined || held.checked || state.phase !== 'serving' || !overreaches(state, held.elapsedMs)) return []
  if (state.config.defer?.authentic(held.text) !== true) return drop(state, held)
  state.storing = state.storing.map(one => (one === held ? { ...held, checked: true } : one))
  return []
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

function drop(state: ProviderDraft, forged: HeldVoucher): ProviderEffect[] {
  const { maxUnpaid } = state.config.grant.terms
  state.stored = state.verified
  state.storing = state.storing.filter(one => one.checked)
  state.paidRounds = state.checkedRounds
  if (state.credit > maxUnpaid) state.credit = maxUnpaid
  return [{ type: 'dropped' }, { type: 'evidence', reason: 'VOUCHER_FORGED', texts: [forged.text] }]
}
