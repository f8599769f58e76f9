import type { Frame } from '@conet/sim'

/** How a terminal is served at a moment. */
export type Service = 'direct' | 'relayed' | 'none'

/** Live figures of one moment, without and with P-RAN. */
export interface Moment {
  readonly timeS: number
  /** Share of the terminals with service: over the cell alone; and over the cell or a sharer that serves them now. */
  readonly coverage: { readonly without: number; readonly with: number }
  readonly deliveredMB: { readonly without: number; readonly with: number }
  /** Users who get something now, and how many of them over a sharer. */
  readonly users: number
  readonly relayed: number
  readonly sharers: number
  readonly earned: number
  readonly pool: number
}

/** Service of each terminal. @param serviceMbps - what counts as service */
export function serviceOf(frame: Frame, serviceMbps: number): Service[] {
  const service = frame.cellMbps.map<Service>(rate => (rate >= serviceMbps ? 'direct' : 'none'))
  for (const { path, mbps } of frame.links) {
    const [user] = path
    if (user !== undefined && path.length > 1 && mbps >= serviceMbps) service[user] = 'relayed'
  }
  return service
}

/** What a page shows of a frame. */
export function momentOf(frame: Frame, serviceMbps: number): Moment {
  const all = Math.max(1, frame.xM.length)
  const service = serviceOf(frame, serviceMbps)
  const { totals } = frame
  return {
    timeS: frame.timeS,
    coverage: { without: totals.coveredByCells, with: service.filter(one => one !== 'none').length / all },
    deliveredMB: totals.deliveredMB,
    users: totals.activeUsers,
    relayed: frame.links.filter(({ path }) => path.length > 1).length,
    sharers: totals.sharersActive,
    earned: totals.sharersEarned,
    pool: totals.pool,
  }
}

/** Delivered traffic over time; one point per picture. */
export interface Course {
  readonly timeS: readonly number[]
  readonly without: readonly number[]
  readonly with: readonly number[]
}

export const NO_COURSE: Course = { timeS: [], without: [], with: [] }
/** A chart shows no more; beyond it every second point goes. */
const MOST_POINTS = 600

export function extend(course: Course, { timeS, totals }: Frame): Course {
  const thin = course.timeS.length >= MOST_POINTS
  const keep = (values: readonly number[]) => (thin ? values.filter((_, i) => i % 2 === 1) : values)
  return {
    timeS: [...keep(course.timeS), timeS],
    without: [...keep(course.without), totals.deliveredMB.without],
    with: [...keep(course.with), totals.deliveredMB.with],
  }
}
