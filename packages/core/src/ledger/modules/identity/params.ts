import { defineParams } from '../../module.js'

const HOUR_MS = 3_600_000

/**
 * Every version is kept for ever, so their number is bounded (10,000 is one rotation a day for 27 years), and they are not
 * all free: `freePerHour` inceptions, all signers together, and the first `freeVersions` of each DID; what is beyond costs
 * `fee` (smallest units of the fee asset; a tenth of a credit). At 4 KB a version that gives away 2 MB an hour at most.
 * `graceMs`: how long a rotated key's vouchers are still taken; as long as `sessions.graceMs`.
 */
export const identityParams = defineParams(
  'identity',
  { maxVersions: 10_000, freePerHour: 60, freeVersions: 8, fee: 100_000, graceMs: HOUR_MS },
  params => {
    if (params.maxVersions < 1 || params.maxVersions > 1_000_000) return 'maxVersions'
    if (params.freePerHour < 0 || params.freePerHour > 1_000_000) return 'freePerHour'
    if (params.freeVersions < 1 || params.freeVersions > 1_000_000) return 'freeVersions'
    if (params.fee < 0) return 'fee'
    return params.graceMs < 0 || params.graceMs > 30 * 24 * HOUR_MS ? 'graceMs' : undefined
  },
)
