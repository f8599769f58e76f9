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

  /** Last round alone: [ordering, player, indicators that start so, column, score that breaks it] */
  const BREAKS: readonly (readonly [string, string, string, string, number])[] = [
    ['U1', 'user', 'convenience/', 'p-ran', 5],
    ['U1', 'user', 'convenience/', 'hotspot', 1],
    ['U2', 'user', 'experience/positioning', 'wifi', 5],
    ['U2', 'user', 'experience/stability', 'hotspot', 5],
    ['U3', 'user', 'experience/speed', 'mobile', 1],
    ['U4', 'user', 'experience/no-sim', 'mobile', 5],
    ['U5', 'user', 'cost/', 'wifi', 5],
    ['U6', 'user', 'connection/', 'hotspot', 5],
    ['U6', 'user', 'connection/', 'p-ran', 4],
    ['U7', 'user', 'special/', 'mobile', 5],
    ['U8', 'user', 'compatibility/', 'wifi', 4],
    ['U8', 'user', 'compatibility/', 'p-ran', 5],
    ['U9', 'user', '', 'mobile', 5],
    ['S1', 'sharer', 'convenience/', 'wifi', 5],
    ['S1', 'sharer', 'experience/', 'hotspot', 5],
    ['S2', 'sharer', 'experience/security', 'wifi', 5],
    ['S3', 'sharer', 'revenue/', 'wifi', 4],
    ['S3', 'sharer', 'added/', 'hotspot', 5],
    ['S4', 'sharer', 'revenue/terminal-loss', 'p-ran', 5],
    ['S5', 'sharer', '', 'wifi', 4],
  ]

  it.each(BREAKS)('loses %s where every %s answers %s… for %s with %i', (id, player, prefix, column, score) => {
    const [header = '', ...lines] = text.trimEnd().split('\r\n')
    const place = header.split(',').indexOf(column)
    const changed = lines
      .map(line => line.split(',').with(2, line.split(',')[2] === '3' ? '1' : 'earlier'))
      .filter(cells => cells[2] === '1' && cells[3] === player)
      .map(cells => (cells[4]?.startsWith(prefix) === true ? cells.with(place, String(score)) : cells).join(','))
    const { players } = evaluatePanel(parsePanel([header, ...changed].join('\r\n')))
    const checks = players.flatMap(one => one.comparison?.orderings ?? [])
    expect(checks.find(check => check.id === id)).toMatchObject({ holds: false })
  })
})
