import type { NodeEvent, SessionView } from './types.js'

const MINUTE = 60_000
const SAMPLES_KEPT = 120

export interface Sample {
  /** Seconds since the epoch. */
  readonly at: number
  /** Bytes per second in this sample. */
  readonly up: number
  readonly down: number
}

/** Running figures of the page: rounds paid in the last minute, and throughput samples for the chart. */
export interface Activity {
  seed(sessions: readonly SessionView[]): void
  apply(event: NodeEvent): void
  /** Closes the sample that began at the last call. */
  sample(now: number): void
  roundsPerMinute(now: number): number
  samples(): readonly Sample[]
}

/** Only differences between two counts of a session are summed, so a session seen for the first time adds no spike. */
export function createActivity(): Activity {
  const paid = new Map<string, number>()
  const counts = new Map<string, readonly [up: bigint, down: bigint]>()
  let samples: Sample[] = []
  let sum = { up: 0, down: 0 }
  let since: number | undefined

  const meter = (sid: string, up: bigint, down: bigint) => {
    const before = counts.get(sid)
    counts.set(sid, [up, down])
    if (before === undefined) return
    sum = { up: sum.up + Math.max(0, Number(up - before[0])), down: sum.down + Math.max(0, Number(down - before[1])) }
  }
  const session = (view: SessionView) => {
    for (const round of view.rounds) if (round.paidAt !== null) paid.set(`${view.sid}/${round.round}`, round.paidAt)
    if (view.state === 'closed') counts.delete(view.sid)
    else meter(view.sid, BigInt(view.bytesUp), BigInt(view.bytesDown))
  }
  return {
    seed: sessions => {
      counts.clear()
      sessions.forEach(session)
    },
    apply: event => {
      if (event.type === 'session') session(event.data)
      else if (event.type === 'round' && event.data.round.paidAt !== null)
        paid.set(`${event.data.sid}/${event.data.round.round}`, event.data.round.paidAt)
      else if (event.type === 'meter')
        for (const count of event.data.sessions) meter(count.sid, BigInt(count.bytesUp), BigInt(count.bytesDown))
    },
    sample: now => {
      const seconds = since === undefined ? 0 : (now - since) / 1_000
      since = now
      if (seconds > 0) {
        samples = [...samples, { at: now / 1_000, up: sum.up / seconds, down: sum.down / seconds }].slice(-SAMPLES_KEPT)
      }
      sum = { up: 0, down: 0 }
    },
    roundsPerMinute: now => {
      for (const [key, at] of paid) if (at < now - MINUTE) paid.delete(key)
      return paid.size
    },
    samples: () => samples,
  }
}
