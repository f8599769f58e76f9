import { until } from '../../program.js'
import type { FaultRule } from './fault.js'

/** `kill -9` of the engine alone: the node starts it again by itself. */
export const engine: FaultRule = {
  away: true,
  async begin({ member }) {
    const before = member.enginePid
    process.kill(before, 'SIGKILL')
    return () => until(async () => member.enginePid !== before && (await member.healthy()), 60_000)
  },
}
