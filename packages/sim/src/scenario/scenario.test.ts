import { describe, expect, it } from 'vitest'
import { raw } from '../testing/scenario.js'
import { validateScenario } from './index.js'

const base = raw('city-block')
const radio = base.radio as Record<string, unknown>
const direct = base.direct as Record<string, unknown>

function refusal(changes: Record<string, unknown>): { code?: string; message?: string; data?: unknown } {
  try {
    validateScenario({ ...base, ...changes })
    return {}
  } catch (error) {
    return error as { code: string }
  }
}

describe('a scenario', () => {
  it('is read with its defaults, and what was read is itself a scenario (SIM-1)', () => {
    const scenario = validateScenario(base)
    expect(scenario).toMatchObject({
      stepS: 1,
      relay: { hysteresisDb: 3 },
      terminals: [{ move: { kind: 'still' } }, {}, {}],
    })
    expect(scenario.cells).toHaveLength(4)
    expect(validateScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario)
  })

  it.each([
    ['name', { name: 'A b' }, 'SCENARIO_MALFORMED', /name must be/],
    ['an unknown member', { weather: 'rain' }, 'SCENARIO_MALFORMED', /weather must be left out/],
    [
      'a negative power',
      { radio: { ...radio, powerDbm: -3 } },
      'OUT_OF_RANGE',
      /radio\/powerDbm is -3: allowed is 0 to 80/,
    ],
    ['a power that is no number', { radio: { ...radio, powerDbm: '44' } }, 'SCENARIO_MALFORMED', /radio\/powerDbm/],
    [
      'a carrier outside UMa',
      { radio: { ...radio, frequencyGHz: 0.4 } },
      'FREQUENCY_OUT_OF_RANGE',
      /UMa covers 0.5 to 100 GHz/,
    ],
    [
      'a carrier outside RMa',
      { radio: { ...radio, model: 'rma', frequencyGHz: 31 } },
      'FREQUENCY_OUT_OF_RANGE',
      /RMa covers 0.5 to 30 GHz/,
    ],
    [
      'a carrier outside P.1411',
      { direct: { ...direct, frequencyGHz: 60 } },
      'FREQUENCY_OUT_OF_RANGE',
      /P.1411-11 covers 0.8 to 38 GHz/,
    ],
    [
      'a reach beyond the model',
      { direct: { ...direct, rangeM: 900 } },
      'OUT_OF_RANGE',
      /rangeM is 900: allowed is 1 to 660/,
    ],
    ['a site outside', { cells: [{ xM: 1_001, yM: 5 }] }, 'OUTSIDE_AREA', /cells\/0 stands at 1001, 5 m/],
    ['no sites', { cells: [] }, 'SCENARIO_MALFORMED', /cells must be a list/],
    ['no cells at all', { cells: undefined }, 'SCENARIO_MALFORMED', /cells is missing/],
    ['a base too low', { radio: { ...radio, baseHeightM: 3 } }, 'OUT_OF_RANGE', /baseHeightM is 3: allowed is 23/],
    ['a satellite without a pass', { radio: { ...radio, model: 'satellite' } }, 'SCENARIO_MALFORMED', /radio\/pass/],
    [
      'a track nobody has',
      { terminals: [{ name: 'bus', count: 1, move: { kind: 'track', track: 'x' } }] },
      'NAME_UNKNOWN',
      /"x"/,
    ],
    ['thresholds without room', { relay: { lowDbm: -90, highDbm: -88 } }, 'OUT_OF_RANGE', /highDbm is -88/],
    ['a free service', { money: { perGiB: 0 } }, 'SCENARIO_MALFORMED', /never settled/],
    ['a step longer than the run', { durationS: 1, stepS: 2 }, 'OUT_OF_RANGE', /stepS/],
    ['not a number', { durationS: Number.NaN }, 'SCENARIO_MALFORMED', /durationS/],
  ])('%s is refused with its place', (_, changes, code, message) => {
    const error = refusal(changes)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.data).toHaveProperty('path')
  })

  it.each([undefined, null, 5, 'x', []])('%s is none', value => {
    expect(() => validateScenario(value)).toThrow(/the scenario must be an object/)
  })
})
