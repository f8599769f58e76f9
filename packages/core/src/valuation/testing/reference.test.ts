import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { crossEffects, evaluatePanel, poissonCoverage } from '../index.js'
import { indicatorKeys, REFERENCE_MODEL } from '../indicators/index.js'
import { parsePanel } from '../panel/index.js'
import { caseFromJson, reportCase } from '../roi/index.js'
import { AGGREGATES } from '../statistics/index.js'
import { referencePanel } from './index.js'
import { TARGETS } from './targets.js'

const vectors = new URL('../../../../../vectors/', import.meta.url)
const text = readFileSync(new URL('panels/synthetic-reference.csv', vectors), 'utf8')
const panel = parsePanel(text)
const illustration = JSON.parse(readFileSync(new URL('valuation-case.json', vectors), 'utf8'))
const IDS = ['U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8', 'U9', 'S1', 'S2', 'S3', 'S4', 'S5']

const orderings = new Map(
  AGGREGATES.flatMap(mode =>
    evaluatePanel(panel, { mode })
      .players.flatMap(player => player.comparison?.orderings ?? [])
      .map(check => [`${check.id} ${mode}`, check] as const),
  ),
)

describe('the synthetic reference panel', () => {
  for (const id of IDS)
    for (const mode of AGGREGATES)
      it(`reproduces ${id}: ${orderings.get(`${id} ${mode}`)?.text} (${mode})`, () => {
        expect(orderings.get(`${id} ${mode}`)).toMatchObject({ holds: true })
      })

  it('reproduces M1: direct value does not cover cost at first, with scale the case turns positive', () => {
    const report = reportCase(caseFromJson(illustration))
    expect(report.m1).toEqual({ directShortAtFirst: true, positiveWithScale: true, holds: true })
    expect(report.rows[0]?.cumulative).toBeLessThan(0n)
    expect(report.rows.at(-1)?.cumulative).toBeGreaterThan(0n)
  })

  it('reproduces X1: each party’s value rises with the other two, at every point of the growth', () => {
    const { growth } = caseFromJson(illustration)
    const { areaM2, rangeM } = illustration.growth.coverage
    for (const point of growth?.result.points ?? []) {
      const effects = growth && crossEffects(point, growth.params, poissonCoverage(areaM2, rangeM))
      expect(effects).toMatchObject({ allRise: true })
    }
    expect(growth?.result.points).toHaveLength(9)
  })

  it('is what its maker writes, and says of itself that it is synthetic', () => {
    expect(text).toBe(referencePanel())
    for (const { id } of panel.experts) expect(id).toMatch(/^synthetic-/)
    expect(illustration.illustrative).toBe(true)
  })

  it('asks each question once, over three rounds and three fields in equal numbers', () => {
    expect(panel.rounds).toBe(3)
    const fields = panel.experts.map(expert => expert.field)
    for (const field of fields) expect(fields.filter(other => other === field)).toHaveLength(2)
    for (const player of REFERENCE_MODEL.players) expect(Object.keys(TARGETS[player.id])).toEqual(indicatorKeys(player))
  })

  it('would fail an ordering if its answers were other ones', () => {
    const swapped = text.split('\r\n').map((line, index) => {
      const cells = line.split(',')
      const [pran, mobile] = [cells[6] ?? '', cells[10] ?? '']
      return index === 0 || cells[3] !== 'user'
        ? line
        : [...cells.slice(0, 6), mobile, ...cells.slice(7, 10), pran].join(',')
    })
    const user = evaluatePanel(parsePanel(swapped.join('\r\n'))).players.find(one => one.scores.player === 'user')
    const failed = user?.comparison?.orderings.filter(check => !check.holds).map(check => check.id)
    expect(failed).toEqual(expect.arrayContaining(['U1', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8']))
  })
})
