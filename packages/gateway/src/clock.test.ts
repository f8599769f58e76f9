import { expect, it } from 'vitest'
import { steadyClock } from './clock.js'

it('goes on at its own pace when the machine’s clock is set back, and follows it forward', () => {
  const noon = Date.UTC(2026, 10, 23, 12)
  let [wall, elapsed] = [noon, 1_000]
  const now = steadyClock(
    () => wall,
    () => elapsed,
  )
  const set = (wallMs: number, elapsedMs: number) => {
    ;[wall, elapsed] = [wallMs, elapsedMs]
    return now()
  }
  expect(now()).toBe(noon)
  expect(set(noon + 500, 1_500)).toBe(noon + 500)
  expect(set(noon - 3_600_000, 2_000)).toBe(noon + 1_000)
  expect(set(noon - 3_590_000, 12_000)).toBe(noon + 11_000)
  expect(set(noon + 60_000, 12_500)).toBe(noon + 60_000)
})
