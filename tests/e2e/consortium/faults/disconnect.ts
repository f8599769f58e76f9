import type { FaultRule } from './fault.js'

/** Every line to other engines is cut; its own API still answers. */
export const disconnect: FaultRule = {
  away: true,
  async begin({ member, consortium }) {
    consortium.wiring.cut(member.name)
    return async () => consortium.wiring.join(member.name)
  },
}
