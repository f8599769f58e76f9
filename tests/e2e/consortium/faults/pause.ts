import type { FaultRule } from './fault.js'

/** A machine that stands still, and goes on as if nothing had been. */
export const pause: FaultRule = {
  away: true,
  async begin({ member }) {
    member.signal('SIGSTOP')
    return async () => member.signal('SIGCONT')
  },
}
