import type { FaultRule } from './fault.js'

/** `kill -9`: node and engine lose what they had in memory. */
export const kill: FaultRule = {
  away: true,
  async begin({ member }) {
    await member.kill()
    return () => member.start()
  },
}
