import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOCK_SKEW_MS, checkTimes, MAX_LIFE_MS, NonceWindow } from './index.js'

const NOW = 1_700_000_000_000
const code = (times: { exp: number; iat?: number }, rule = {}) => {
  const result = checkTimes(times, { nowMs: NOW, ...rule })
  return result.ok ? 'OK' : result.code
}

describe('checkTimes (WIRE-8)', () => {
  it.each([
    ['OK', { exp: NOW + 1 }],
    ['OK', { exp: NOW - CLOCK_SKEW_MS + 1 }],
    ['EXPIRED', { exp: NOW - CLOCK_SKEW_MS }],
    ['OK', { exp: NOW + MAX_LIFE_MS + CLOCK_SKEW_MS }],
    ['EXP_TOO_FAR', { exp: NOW + MAX_LIFE_MS + CLOCK_SKEW_MS + 1 }],
    ['OK', { exp: NOW + 1, iat: NOW + CLOCK_SKEW_MS }],
    ['NOT_YET_VALID', { exp: NOW + 1, iat: NOW + CLOCK_SKEW_MS + 1 }],
    ['EXPIRED', { exp: Number.NaN }],
    ['NOT_YET_VALID', { exp: NOW + 1, iat: Number.NaN }],
  ])('%s for %j', (expected, times) => {
    expect(code(times)).toBe(expected)
  })

  it('has no tolerance where there is one clock', () => {
    expect(code({ exp: NOW }, { skewMs: 0 })).toBe('EXPIRED')
    expect(code({ exp: NOW + 1 }, { skewMs: 0 })).toBe('OK')
  })
})

describe('NonceWindow (WIRE-9)', () => {
  it('lets each message in once until it expires, whatever the order', () => {
    const event = fc.record({
      again: fc.option(fc.nat(20)),
      life: fc.integer({ min: 1, max: 50_000 }),
      wait: fc.nat(20_000),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), events => {
        const window = new NonceWindow(1000)
        const sent: number[] = []
        let now = NOW
        for (const { again, life, wait } of events) {
          now += wait
          const old = again === null ? undefined : sent[again]
          if (again !== null && old !== undefined) {
            if (old > now) expect(window.use(`m${again}`, old, now)).toMatchObject({ ok: false, code: 'REPLAYED' })
          } else {
            expect(window.use(`m${sent.length}`, now + life, now).ok).toBe(true)
            sent.push(now + life)
          }
        }
        window.forget(now + 100_000)
        expect(window.size).toBe(0)
      }),
    )
  })

  it('refuses when full rather than forget, and has room again when messages expire', () => {
    const window = new NonceWindow(2)
    expect(window.use('a', NOW + 10_000, NOW).ok).toBe(true)
    expect(window.use('b', NOW + 60_000, NOW).ok).toBe(true)
    expect(window.use('c', NOW + 60_000, NOW)).toMatchObject({ code: 'WINDOW_FULL' })
    expect(window.use('a', NOW + 10_000, NOW)).toMatchObject({ code: 'REPLAYED' })
    expect(window.use('c', NOW + 60_000, NOW + 25_000).ok).toBe(true)
    expect(window.size).toBe(2)
  })
})
