import type { FaultRule } from './fault.js'

/** A narrow, slow line: it takes part, late. */
export const slow: FaultRule = {
  away: false,
  async begin({ member, consortium }) {
    consortium.wiring.slow(member.name)
    return async () => consortium.wiring.fast(member.name)
  },
}
