import type { Amount } from '@conet/core/units'
import type { ConnectionSummary, SessionRecord } from './types.js'

/** Adds up all sessions of a connection; amounts of different assets are kept apart. Pure. */
export function sumUp(sessions: readonly SessionRecord[]): ConnectionSummary {
  const paid: Record<string, Amount> = {}
  for (const { asset, paid: amount } of sessions) paid[asset] = (paid[asset] ?? 0n) + amount
  return {
    sessions,
    rounds: sessions.reduce((sum, one) => sum + one.rounds, 0),
    bytesUp: sessions.reduce((sum, one) => sum + one.bytesUp, 0n),
    bytesDown: sessions.reduce((sum, one) => sum + one.bytesDown, 0n),
    paid,
    timeToServiceMs: sessions[0]?.timeToServiceMs,
    switches: Math.max(0, sessions.length - 1),
  }
}
