import type { FaultRule } from './fault.js'

/** An orderly stop, which must end well, and a start. */
export const restart: FaultRule = {
  away: true,
  async begin({ member, books }) {
    const code = await member.end('SIGINT')
    if (code !== 0) books.blame(`${member.name} ended with ${code} when it was asked to`)
    return () => member.start()
  },
}
