import { defineParams } from '../../module.js'

/** Every version is kept for ever, so their number is bounded: 10,000 is one rotation a day for 27 years. */
export const identityParams = defineParams('identity', { maxVersions: 10_000 }, params =>
  params.maxVersions >= 1 && params.maxVersions <= 1_000_000 ? undefined : 'maxVersions',
)
