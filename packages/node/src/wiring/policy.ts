import { ConetError } from '@conet/core/errors'
import { type Config, checkPrices } from '../config/index.js'
import type { Logger } from '../log/index.js'
import { PolicyStore } from '../policy/index.js'

/**
 * The owner's policy in force; the log tells if it is not the configuration's. What is wrong with its prices is logged by name and stops nothing: the announcer does without
 * an offer that cannot be sold.
 *
 * @throws ConetError `POLICY_INVALID`, `POLICY_STORAGE`
 */
export function openPolicy(config: Config, log: Logger): PolicyStore {
  const policy = new PolicyStore(config.dataDir, config.policy, wanted => checkPrices(config, wanted))
  if (policy.winner !== undefined) {
    const message =
      "the stored policy differs from the configuration's and wins; remove its file to take the configuration's"
    log.warn({ path: policy.winner }, message)
  }
  try {
    checkPrices(config, policy.get())
  } catch (err) {
    if (!(err instanceof ConetError)) throw err
    log.warn(err.data, err.message)
  }
  return policy
}
