import { defineParams } from '../../module.js'

const DAY_MS = 86_400_000

/** Announcements that nobody renews disappear; an owner cannot fill the registry. */
export const registryParams = defineParams(
  'registry',
  {
    /** 90 days: renewing costs one transaction a quarter. */
    maxLifeMs: 90 * DAY_MS,
    maxOffersPerOwner: 256,
    maxRequestsPerOwner: 64,
  },
  params => {
    if (params.maxLifeMs < 1000 || params.maxLifeMs > 3660 * DAY_MS) return 'maxLifeMs'
    if (params.maxOffersPerOwner < 0 || params.maxOffersPerOwner > 1_000_000) return 'maxOffersPerOwner'
    return params.maxRequestsPerOwner < 0 || params.maxRequestsPerOwner > 1_000_000 ? 'maxRequestsPerOwner' : undefined
  },
)
