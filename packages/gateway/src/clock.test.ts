import { afterEach, expect, it, vi } from 'vitest'
import { steadyNow } from './clock.js'

afterEach(() => vi.restoreAllMocks())

it('goes on at its own pace when the machine’s clock is set back, and follows it forward', () => {
  const wall = vi.spyOn(Date, 'now')
  const elapsed = vi.spyOn(performance, 'now')
  const set = (wallMs: number, elapsedMs: number) => {
    wall.mockReturnValue(wallMs)
    elapsed.mockReturnValue(elapsedMs)
    return steadyNow()
  }
  // Beyond the clock of the process that runs this test.
  const noon = Date.UTC(2100, 0, 1)
  expect(set(noon, 1_000)).toBe(noon)
  expect(set(noon + 500, 1_500)).toBe(noon + 500)
  expect(set(noon - 3_600_000, 2_000)).toBe(noon + 1_000)
  expect(set(noon - 3_590_000, 12_000)).toBe(noon + 11_000)
  expect(set(noon + 60_000, 12_500)).toBe(noon + 60_000)
})
