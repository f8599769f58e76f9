const two = (value: number) => String(value).padStart(2, '0')

/** Time of day by this device's zone, such as `14:03:09`. */
export function formatClock(ms: number): string {
  const date = new Date(ms)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Day and time by this device's zone, such as `2026-03-01 14:03:09`. */
export function formatMoment(ms: number): string {
  const date = new Date(ms)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(ms)}`
}

/** Time left as a countdown: tenths of a second below ten seconds, never below zero. */
export function formatLeft(ms: number): string {
  const left = Math.max(0, ms)
  return left < 10_000 ? `${(Math.floor(left / 100) / 10).toFixed(1)} s` : formatDuration(left)
}

/** A duration in its two largest units, such as `2 min 05 s` or `3 h 10 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${two(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
