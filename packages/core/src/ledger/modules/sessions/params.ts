import { defineParams } from '../../module.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * `graceMs`: how long a provider may still settle after the client closed, or after an escrow's end; its watcher must look
 * in more often than that. `maxSessionMs`: a session takes vouchers at most this long from its first one.
 * `maxEscrowMs`: an escrow may be locked at most this far ahead.
 */
export const sessionsParams = defineParams(
  'sessions',
  { graceMs: HOUR_MS, maxSessionMs: 30 * DAY_MS, maxEscrowMs: 90 * DAY_MS },
  params => {
    if (params.graceMs < 1000 || params.graceMs > 30 * DAY_MS) return 'graceMs'
    if (params.maxSessionMs < HOUR_MS || params.maxSessionMs > 3650 * DAY_MS) return 'maxSessionMs'
    return params.maxEscrowMs < 1000 || params.maxEscrowMs > 3650 * DAY_MS ? 'maxEscrowMs' : undefined
  },
)
