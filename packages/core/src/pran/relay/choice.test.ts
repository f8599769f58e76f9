import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BEARERS, DETACHED, type HandoverState, relayEligible, relayHeard, relayNeeded, stepHandover } from './index.js'

describe('eligibility (PRAN-7)', () => {
  const thresholds = { lowDbm: -110, highDbm: -80, hysteresisDb: 3 }
  const level = { thresholdDbm: -100, hysteresisDb: 2 }

  it('enters inside the hysteresis and leaves at the bare thresholds', () => {
    expect(relayEligible(false, -107, thresholds)).toBe(false)
    expect(relayEligible(false, -106.9, thresholds)).toBe(true)
    expect(relayEligible(true, -110, thresholds)).toBe(true)
    expect(relayEligible(true, -110.1, thresholds)).toBe(false)
    expect(relayEligible(false, -83, thresholds)).toBe(false)
    expect(relayEligible(true, -80, thresholds)).toBe(true)
    expect([
      relayNeeded(false, -102, level),
      relayNeeded(false, -102.1, level),
      relayNeeded(true, -100, level),
    ]).toEqual([false, true, true])
    expect([relayHeard(false, -98.1, level), relayHeard(false, -98, level), relayHeard(true, -100, level)]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('noise smaller than the hysteresis changes the answer at most once', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -120, max: -70, noNaN: true }),
        fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 2 }),
        (centre, noise) => {
          let [was, changes] = [false, 0]
          for (const offset of noise) {
            const now = relayEligible(was, centre + offset, thresholds)
            if (now !== was) changes++
            was = now
          }
          expect(changes).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('refuses thresholds that leave no room, and levels that are no number', () => {
    expect(() => relayEligible(false, -90, { lowDbm: -100, highDbm: -95, hysteresisDb: 3 })).toThrow(/above -94/)
    expect(() => relayEligible(false, Number.NaN, thresholds)).toThrow(/uuRsrpDbm/)
    expect(() => relayHeard(false, -90, { thresholdDbm: -100, hysteresisDb: -1 })).toThrow(/hysteresisDb/)
  })
})

describe('handover (PRAN-8)', () => {
  const rule = { ratio: 1.3, timeToTriggerMs: 500, minimumMbps: 1 }
  const rates = (mobile: number, pran: number, wifi: number) => ({ mobile, pran, wifi })
  const attach = stepHandover(DETACHED, rates(10, 5, 5), 0, rule)

  it('attaches to the fastest, stays without a better one, leaves at once when service ends', () => {
    expect(stepHandover(DETACHED, rates(0, 0, 0), 0, rule).bearer).toBeUndefined()
    expect(attach.bearer).toBe('mobile')
    expect(stepHandover(attach, rates(10, 12, 0), 10_000, rule).bearer).toBe('mobile')
    expect(stepHandover(attach, rates(0.5, 3, 2), 1, rule).bearer).toBe('pran')
    expect(stepHandover(attach, rates(0, 0, 0), 1, rule).bearer).toBe('mobile')
  })

  it('goes over after the time to trigger, and the clock starts again after a break', () => {
    const better = rates(10, 20, 0)
    const first = stepHandover(attach, better, 1_000, rule)
    expect(first.bearer).toBe('mobile')
    expect(stepHandover(first, better, 1_499, rule).bearer).toBe('mobile')
    expect(stepHandover(first, better, 1_500, rule).bearer).toBe('pran')
    const broken = stepHandover(first, rates(10, 11, 0), 1_400, rule)
    expect(stepHandover(stepHandover(broken, better, 1_450, rule), better, 1_900, rule).bearer).toBe('mobile')
  })

  const sample = fc.record({
    stepMs: fc.integer({ min: 1, max: 300 }),
    mobile: fc.double({ min: 1, max: 100, noNaN: true }),
    pran: fc.double({ min: 1, max: 100, noNaN: true }),
    wifi: fc.double({ min: 1, max: 100, noNaN: true }),
  })

  it('never plays ping-pong: while there is service, two handovers are at least the time to trigger apart', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 200 }), samples => {
        let state: HandoverState = attach
        let [now, last] = [0, Number.NEGATIVE_INFINITY]
        for (const { stepMs, ...measured } of samples) {
          now += stepMs
          const next = stepHandover(state, measured, now, rule)
          if (next.bearer !== state.bearer) {
            expect(now - last).toBeGreaterThanOrEqual(rule.timeToTriggerMs)
            last = now
          }
          state = next
        }
      }),
    )
  })

  it('swings shorter than the time to trigger move nothing', () => {
    let state = attach
    for (let now = 0; now < 60_000; now += 100) {
      state = stepHandover(state, now % 800 < 400 ? rates(10, 90, 0) : rates(10, 1, 50), now, rule)
      expect(state.bearer).toBe('mobile')
    }
  })

  it('ends with a bearer that no other beats by the ratio', () => {
    fc.assert(
      fc.property(sample, ({ stepMs, ...measured }) => {
        let state = attach
        for (let i = 0; i < 2_000; i += 1) state = stepHandover(state, measured, i * stepMs, rule)
        const own = state.bearer === undefined ? 0 : measured[state.bearer]
        for (const other of BEARERS) expect(measured[other]).toBeLessThan(Math.max(own * rule.ratio, own + 1e-9) + 1e-9)
      }),
      { numRuns: 30 },
    )
  })

  it('refuses negative rates and rules that would flap', () => {
    expect(() => stepHandover(attach, rates(-1, 0, 0), 0, rule)).toThrow(/mobile is -1/)
    expect(() => stepHandover(attach, rates(1, 0, 0), 0, { ...rule, ratio: 0.9 })).toThrow(/ratio is 0.9/)
  })
})
