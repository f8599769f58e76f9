import type { UnixMillis } from '@conet/core/units'
import type { Policy } from './schema.js'

const DAY_MINUTES = 24 * 60
const WEEK_MINUTES = 7 * DAY_MINUTES
/** 1970-01-01 was a Thursday: day 4 when Sunday is 0. */
const EPOCH_DAY = 4

/** Half-open span of minutes of the week, from Sunday 00:00 local time. */
interface Span {
  readonly from: number
  readonly to: number
}

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}

/** Spans may reach past the week's end; equal times mean the whole day. */
function spans(hours: Policy['hours']): Span[] {
  return hours.windows.flatMap(window => {
    const start = minutes(window.from)
    const end = minutes(window.to)
    const length = end > start ? end - start : end - start + DAY_MINUTES
    return window.days.map(day => ({ from: day * DAY_MINUTES + start, to: day * DAY_MINUTES + start + length }))
  })
}

function minuteOfWeek(nowMs: UnixMillis, utcOffsetMinutes: number): number {
  const local = Math.floor(nowMs / 60_000) + utcOffsetMinutes + EPOCH_DAY * DAY_MINUTES
  return ((local % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES
}

/** Last minute of the chain of spans that touches `at`, following windows that adjoin each other; at most one week on. */
function openUntil(list: readonly Span[], at: number): number {
  let end = at
  for (let grown = true; grown && end < at + WEEK_MINUTES; ) {
    grown = false
    for (const span of list) {
      for (const shift of [-WEEK_MINUTES, 0, WEEK_MINUTES]) {
        if (span.from + shift <= end && span.to + shift > end) {
          end = span.to + shift
          grown = true
        }
      }
    }
  }
  return Math.min(end, at + WEEK_MINUTES)
}

/** Whether the owner's hours include a moment. */
export type HoursView =
  /** `untilMs` is the moment they end; `undefined` when they never do. */
  | { readonly open: true; readonly untilMs: UnixMillis | undefined }
  | { readonly open: false; readonly opensInMinutes: number }

/**
 * Looks up a moment in the weekly hours. No windows means always open.
 *
 * @param nowMs - provider's clock; passed in, so that replays and tests need no clock
 */
export function viewHours(hours: Policy['hours'], nowMs: UnixMillis): HoursView {
  const list = spans(hours)
  if (list.length === 0) return { open: true, untilMs: undefined }
  const at = minuteOfWeek(nowMs, hours.utcOffsetMinutes)
  const end = openUntil(list, at)
  if (end === at) {
    const waits = list.map(span => (((span.from - at) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES)
    return { open: false, opensInMinutes: Math.min(...waits) }
  }
  if (end - at >= WEEK_MINUTES) return { open: true, untilMs: undefined }
  return { open: true, untilMs: (Math.floor(nowMs / 60_000) + (end - at)) * 60_000 }
}
