import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededSource } from '../testing/index.js'
import {
  caseFromJson,
  formatAmount,
  formatRatio,
  netPresentValue,
  parseAmount,
  reportCase,
  roundHalfEven,
  simulateCase,
  tornado,
} from './index.js'

const illustration = JSON.parse(
  readFileSync(new URL('../../../../../vectors/valuation-case.json', import.meta.url), 'utf8'),
)
const zeros = (...ids: string[]) => Object.fromEntries(ids.map(id => [id, '0']))
/** Costs 100, 10, 10; direct 20, 40, 60; indirect 0, 10, 20. */
const SMALL = {
  name: 'small',
  currency: 'EUR',
  periods: 3,
  discountRate: '0.1',
  cost: { ...zeros('operation', 'transformation', 'incentive', 'opportunity'), research: ['100', '10', '10'] },
  direct: { ...zeros('utilisation', 'traffic', 'stickiness'), coverage: ['20', '40', '60'] },
  indirect: { ...zeros('reserve'), expansion: ['0', '10', '20'] },
}
const refused = (path: string) =>
  expect.objectContaining({ code: 'CASE_MALFORMED', data: expect.objectContaining({ path }) })

describe('money', () => {
  it('reads and writes decimals exactly', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 20n })
    fc.assert(
      fc.property(amount, value => {
        expect(parseAmount(formatAmount(value), 'x')).toBe(value)
      }),
    )
    expect(parseAmount(12.5, 'x')).toBe(12_500_000n)
    expect(formatAmount(-1_500_000n)).toBe('-1.5')
    expect(formatRatio(168_767n)).toBe('16.88 %')
    expect(formatRatio(-49n)).toBe('0.00 %')
    expect(formatRatio(-106_294n)).toBe('-10.63 %')
  })

  it.each(['', '-1', '1e3', '1.1234567', 'ten', '1,5', null, Number.NaN, 1e-7, -2, true, {}])(
    'refuses %j as an amount',
    value => expect(() => parseAmount(value, 'case.x')).toThrow(refused('case.x')),
  )

  it('rounds half to even', () => {
    const rounded = [-25n, -15n, -14n, 5n, 15n, 16n, 25n].map(value => roundHalfEven(value, 10n))
    expect(rounded).toEqual([-2n, -2n, -1n, 0n, 2n, 2n, 2n])
  })
})

describe('a case', () => {
  it('comes to the same by hand', () => {
    const report = reportCase(caseFromJson(SMALL))
    expect(report.rows.map(row => formatAmount(row.cumulative))).toEqual(['-80', '-40', '30'])
    expect(report.roi).toMatchObject({ valueOverCost: 1_250_000n, gainOverCost: 250_000n })
    expect(report.roiDirect).toMatchObject({ valueOverCost: 1_000_000n, gainOverCost: 0n })
    expect(report.breakEven).toEqual({ period: 2, lasting: true })
    expect(report.npv).toBe(14_214_876n)
    expect(report.m1.holds).toBe(true)
  })

  it('has both conventions exactly 1 apart, and discounts to less than it adds up to if it pays late', () => {
    const lines = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(lines, lines, (cost, direct) => {
        const given = {
          ...SMALL,
          cost: { ...SMALL.cost, research: cost },
          direct: { ...SMALL.direct, coverage: direct },
        }
        const { roi, npv, total } = reportCase(caseFromJson(given))
        if (!roi.defined) throw new Error('there is a cost')
        expect(roi.valueOverCost - roi.gainOverCost).toBe(1_000_000n)
        const flat = reportCase(caseFromJson({ ...given, discountRate: '0' }))
        expect(flat.npv).toBe(total.net)
        const yields = direct.every((value, t) => value >= (cost[t] ?? 0))
        if (yields) expect(npv).toBeLessThanOrEqual(total.net)
      }),
    )
  })

  it('says that a return on no cost does not exist', () => {
    const free = { ...SMALL, cost: { ...SMALL.cost, research: '0' } }
    expect(reportCase(caseFromJson(free)).roi).toMatchObject({ defined: false, reason: 'COST_ZERO' })
  })

  it('says if it never breaks even, or only for a while', () => {
    const never = { ...SMALL, direct: { ...SMALL.direct, coverage: '0' }, indirect: { expansion: '0', reserve: '0' } }
    expect(reportCase(caseFromJson(never)).breakEven).toEqual({ lasting: false })
    const relapse = { ...SMALL, cost: { ...SMALL.cost, research: ['0', '0', '500'] } }
    expect(reportCase(caseFromJson(relapse)).breakEven).toEqual({ period: 0, lasting: false })
  })

  it('multiplies by people stated or grown', () => {
    const stated = {
      ...SMALL,
      scale: { users: [1, 2, 3], sharers: [0, 0, 1] },
      direct: { ...SMALL.direct, traffic: { fixed: '1', perUser: '0.5', perSharer: ['1', '1', '7'] } },
    }
    const traffic = reportCase(caseFromJson(stated)).lines.find(line => line.id === 'traffic')
    expect(formatAmount(traffic?.total ?? 0n)).toBe('13')
    expect(caseFromJson(illustration).users[0]).toBe(69_013n)
    const simulated = caseFromJson(illustration, () => 0)
    expect(simulated.users.at(-1)).toBeLessThan(caseFromJson(illustration).users.at(-1) ?? 0n)
  })

  it.each([
    ['no object', [], 'case'],
    ['an unknown field', { ...SMALL, tax: '1' }, 'case.tax'],
    ['a missing line', { ...SMALL, cost: { research: '1' } }, 'case.cost.operation'],
    ['an unknown line', { ...SMALL, cost: { ...SMALL.cost, bribes: '1' } }, 'case.cost.bribes'],
    ['a negative cost', { ...SMALL, cost: { ...SMALL.cost, research: '-1' } }, 'case.cost.research.fixed'],
    ['too few amounts', { ...SMALL, cost: { ...SMALL.cost, research: ['1'] } }, 'case.cost.research.fixed'],
    ['no periods', { ...SMALL, periods: 0 }, 'case.periods'],
    ['half a period', { ...SMALL, periods: 1.5 }, 'case.periods'],
    ['no name', { ...SMALL, name: '' }, 'case.name'],
    ['no rate', { ...SMALL, discountRate: undefined }, 'case.discountRate'],
    ['a word for a flag', { ...SMALL, illustrative: 'yes' }, 'case.illustrative'],
    ['amounts per user of nobody', { ...SMALL, direct: { ...SMALL.direct, traffic: { perUser: '1' } } }, 'case'],
    ['people twice', { ...illustration, scale: {} }, 'case.scale'],
    ['too few people', { ...SMALL, scale: { users: [1], sharers: [1, 1, 1] } }, 'case.scale.users'],
    ['half a user', { ...SMALL, scale: { users: [1, 2, 0.5], sharers: [1, 1, 1] } }, 'case.scale.users[2]'],
    ['a range upside down', { ...SMALL, uncertainty: { users: { low: '2', high: '1' } } }, 'case.uncertainty.users'],
    ['an unknown factor', { ...SMALL, uncertainty: { luck: { low: '1', high: '1' } } }, 'case.uncertainty.luck'],
    [
      'growth without coverage',
      { ...illustration, growth: { ...illustration.growth, coverage: undefined } },
      'case.growth.coverage',
    ],
    [
      'growth without a market',
      { ...illustration, growth: { ...illustration.growth, users: {} } },
      'case.growth.users.market',
    ],
  ])('is refused with %s', (_name, value, path) => {
    expect(() => caseFromJson(value)).toThrow(refused(path))
  })
})

describe('net present value', () => {
  it('agrees with floating point, and falls as the rate rises if all income comes later', () => {
    const nets = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(nets, fc.bigInt({ min: 0n, max: 10n ** 12n }), (flows, rate) => {
        const exact = netPresentValue(flows, rate)
        const float = flows.reduce((sum, net, t) => sum + Number(net) / (1 + Number(rate) / 1e12) ** t, 0)
        expect(Math.abs(Number(exact) - float)).toBeLessThanOrEqual(0.5 + float * 1e-12)
        expect(netPresentValue(flows, rate + 10n ** 10n)).toBeLessThanOrEqual(exact)
      }),
    )
    expect(netPresentValue([], 0n)).toBe(0n)
  })
})

describe('tornado and simulation', () => {
  const given = caseFromJson(illustration)

  it('starts from the stated case and lists the widest bar first', () => {
    const { base, bars } = tornado(given)
    expect(base).toBe(reportCase(given).npv)
    expect(bars).toHaveLength(given.uncertainty.size)
    bars.forEach((bar, index) => {
      expect(bar.swing).toBeLessThanOrEqual(bars[index - 1]?.swing ?? bar.swing)
    })
    const users = bars.find(bar => bar.factor === 'users')
    expect(users?.atHigh).toBeGreaterThan(users?.atLow ?? 0n)
    const research = bars.find(bar => bar.factor === 'cost.research')
    expect(research?.atHigh).toBeLessThan(research?.atLow ?? 0n)
  })

  it('moves one factor at a time to both ends', () => {
    const uncertainty = { 'direct.coverage': { low: '0.5', high: '2' }, 'cost.research': { low: '1', high: '1.5' } }
    const linear = caseFromJson({ ...SMALL, uncertainty })
    const { npv, presentValue } = reportCase(linear)
    const [coverage, research] = tornado(linear).bars
    expect(coverage?.factor).toBe('direct.coverage')
    expect(Math.abs(Number((coverage?.atLow ?? 0n) - npv) + Number(presentValue.direct) / 2)).toBeLessThanOrEqual(1)
    expect(Math.abs(Number((coverage?.atHigh ?? 0n) - npv) - Number(presentValue.direct))).toBeLessThanOrEqual(1)
    expect(research).toMatchObject({ factor: 'cost.research', atLow: npv })
  })

  it('repeats from a seed, whatever the order of factors in the file', () => {
    const first = simulateCase(given, seededSource(7), 200)
    const uncertainty = Object.fromEntries(Object.entries(illustration.uncertainty).reverse())
    const turned = caseFromJson({ ...illustration, uncertainty })
    expect(simulateCase(turned, seededSource(7), 200)).toEqual(first)
    expect(simulateCase(given, seededSource(8), 200)).not.toEqual(first)
    if (!first.defined) throw new Error('factors can move')
    expect(first.p5).toBeLessThan(first.p50)
    expect(first.p50).toBeLessThan(first.p95)
  })

  it('has the mean of its triangles within four standard errors where the case is linear', () => {
    const uncertainty = { 'direct.coverage': { low: '0.5', mode: '1', high: '2.1' } }
    const linear = caseFromJson({ ...SMALL, uncertainty })
    const result = simulateCase(linear, seededSource(3), 4000)
    if (!result.defined) throw new Error('the factor can move')
    const gross = Number(reportCase(linear).presentValue.direct)
    const expected = Number(reportCase(linear).npv) + gross * ((0.5 + 1 + 2.1) / 3 - 1)
    const variance = (0.25 + 1 + 4.41 - 0.5 - 1.05 - 2.1) / 18
    expect(Math.abs(Number(result.mean) - expected)).toBeLessThan(4 * gross * Math.sqrt(variance / 4000))
    expect(result.influence).toMatchObject([{ factor: 'direct.coverage', rank: { rho: 1 } }])
  })

  it('does not simulate what cannot move, and does not invent a rank', () => {
    expect(simulateCase(caseFromJson(SMALL), seededSource(1))).toMatchObject({
      defined: false,
      reason: 'ZERO_VARIANCE',
    })
    const uncertainty = { users: { low: '0.5', high: '2' }, 'cost.research': { low: '0.5', high: '2' } }
    const result = simulateCase(caseFromJson({ ...SMALL, uncertainty }), seededSource(1), 100)
    if (!result.defined) throw new Error('research can move')
    expect(result.influence.find(one => one.factor === 'cost.research')?.rank).toMatchObject({ rho: -1 })
    expect(() => simulateCase(given, seededSource(1), 5)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }))
  })
})
