import type { AccessTerms } from '../services/access/types.js'
import type { Millis } from '../units/index.js'

/** The statement leaves at most this long before the trial ends; a satellite answers within 600 ms, and a client asks by HTTP while its line is being opened (RND-3). */
const LONGEST_MARGIN_MS = 1_000

/** Both sides wait this long for the last statement and voucher of a stopped session (RND-10). */
export const FINAL_MS: Millis = 3_000

/** The client waits longer than the provider, so that the provider's last word can arrive. */
export const CLIENT_FINAL_MS: Millis = FINAL_MS + 2_000

/** A voucher that came in time may take this long to be stored before the session is given up (RND-4). */
export const STORE_GRACE_MS: Millis = 1_000

/** A provider that asks late, because it had to wait itself, gives the client this long for its answer; nothing passes meanwhile. */
export const LATE_ASK_MS: Millis = 400

/** Later than this after the end of access nobody is asked any more. */
export const LATEST_ASK_MS: Millis = 2_000

/** The gateway's final count is waited for this long; then the last one seen is used. */
export const CUT_WAIT_MS: Millis = 1_000

/** A gateway's count is taken to be at most this old (RND-15). */
export const COUNT_AGE_MS: Millis = 600

/** Past the end of access, a silent provider is taken for lost after this long. */
export const LOST_GRACE_MS: Millis = 2_000

/** Clocks drift by at most 1 ms in a second (1,000 ppm; quartz has 100), plus one timer's slack. */
export function driftMs(elapsedMs: Millis): Millis {
  return Math.ceil(Math.max(0, elapsedMs) / 1_000) + 50
}

/** Length of a round: trial and rest. */
export function roundMs(terms: AccessTerms): Millis {
  return terms.trialMs + terms.restMs
}

/** How long before the end of the trial the statement is sent: half the trial, at most one second. */
export function marginMs(terms: AccessTerms): Millis {
  return Math.min(LONGEST_MARGIN_MS, Math.floor(terms.trialMs / 2))
}

/**
 * How long before the end of the paid time the next trial is opened in the gateway. Until then the gateway's own expiry is
 * the end of what was paid: a provider that dies serves no trial, and a living one has half a second for a slow timer (RND-4).
 */
export function trialLeadMs(terms: AccessTerms): Millis {
  return Math.min(500, terms.restMs)
}

/** An unanswered statement is sent again after this long: four times within the margin. */
export function resendMs(terms: AccessTerms): Millis {
  return Math.max(25, Math.floor(marginMs(terms) / 4))
}
