import type { Millis } from '@conet/core/units'

/** What this device measured of one provider; smoothed, newest counts most. */
export interface Quality {
  /** From asking for a flow to its answer. */
  readonly latencyMs: Millis | undefined
  /** While bytes flowed, both ways. */
  readonly bytesPerSecond: number | undefined
  /** Share of flows that failed because of the provider, 0..1. */
  readonly failureRate: number
  /** Sessions that ended because the provider signed more than this device counted (RND-6). Never forgotten. */
  readonly disputes: number
  readonly samples: number
}

export interface Observation {
  readonly latencyMs?: Millis
  readonly bytesPerSecond?: number
  readonly failed?: boolean
  /** A session ended in a dispute. */
  readonly disputed?: boolean
}

/** Weight of the newest observation: about the last five flows count. */
const NEWEST = 0.3

export const NOTHING_MEASURED: Quality = {
  latencyMs: undefined,
  bytesPerSecond: undefined,
  failureRate: 0,
  disputes: 0,
  samples: 0,
}

/** Adds one observation: disputes are counted, the rest goes into an exponentially weighted mean. Pure. */
export function observe(quality: Quality, seen: Observation): Quality {
  return {
    latencyMs: smooth(quality.latencyMs, seen.latencyMs),
    bytesPerSecond: smooth(quality.bytesPerSecond, seen.bytesPerSecond),
    failureRate:
      seen.failed === undefined ? quality.failureRate : (smooth(quality.failureRate, seen.failed ? 1 : 0) ?? 0),
    disputes: quality.disputes + (seen.disputed === true ? 1 : 0),
    samples: quality.samples + 1,
  }
}

function smooth(mean: number | undefined, seen: number | undefined): number | undefined {
  if (seen === undefined) return mean
  return mean === undefined ? seen : mean + (seen - mean) * NEWEST
}
