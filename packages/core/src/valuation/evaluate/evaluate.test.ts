import { describe, expect, it } from 'vitest'
import { ahpMatrixFromUpper, parsePanel } from '../index.js'
import type { IndicatorModel } from '../indicators/index.js'
import { evaluatePanel } from './index.js'

const axis = (id: string) => ({ id, name: id, secondaries: [{ id: 'x', name: 'x' }] })
const MODEL: IndicatorModel = {
  name: 'three axes',
  reconstructed: false,
  players: [
    { id: 'user', name: 'User', networks: ['p-ran', 'wifi', 'hotspot'], primaries: ['a', 'b', 'c'].map(axis) },
    { id: 'mno', name: 'Operator', networks: [], primaries: [axis('cost')] },
  ],
}
type Scores = readonly [importance: number, pran: number | '', wifi: number, hotspot: number]
const HEADER = 'expert,field,round,player,indicator,importance,p-ran,wifi,broadband,hotspot,mobile'
const rows = (expert: string, round: number, scores: readonly Scores[]) =>
  scores.map(([importance, pran, wifi, hotspot], index) =>
    [expert, '', round, 'user', `${'abc'[index]}/x`, importance, pran, wifi, '', hotspot, ''].join(','),
  )
const panelOf = (lines: readonly string[], missing: 'refuse' | 'omit' = 'refuse') =>
  parsePanel([HEADER, ...lines].join('\n'), { model: MODEL, missing })
const CLEAR: readonly Scores[] = [
  [5, 5, 2, 1],
  [3, 4, 3, 2],
  [1, 3, 4, 2],
]
const FLAT: readonly Scores[] = [
  [3, 3, 3, 3],
  [3, 3, 3, 3],
  [3, 3, 3, 3],
]
const codes = (notes: readonly { code: string }[]) => notes.map(note => note.code)

describe('an evaluation', () => {
  const two = [...rows('e1', 1, CLEAR), ...rows('e2', 1, CLEAR), ...rows('e1', 2, CLEAR), ...rows('e2', 2, CLEAR)]

  it('averages, ranks and says how sure it is', () => {
    const result = evaluatePanel(panelOf(two))
    const [user] = result.players
    expect(user?.comparison).toMatchObject({
      overall: { 'p-ran': 4, wifi: 3, hotspot: expect.closeTo(5 / 3, 12) },
      ranking: ['p-ran', 'wifi', 'hotspot'],
      agreement: { defined: true, w: 1, experts: 2, items: 9 },
    })
    expect(user?.settled).toMatchObject({ defined: true, items: 12, converged: 12, open: [] })
    expect(codes(result.notes)).toEqual(['PLAYER_ABSENT'])
    expect(result.rounding).toMatch(/not rounded/)
  })

  it('weighs by the method asked for and shows the others as sensitivity', () => {
    const comparisons = { user: ahpMatrixFromUpper([[1 / 9, 1 / 9], [1]]) }
    const { players } = evaluatePanel(panelOf(two), { weighing: 'importance', comparisons })
    const { weights, overall, sensitivity } = players[0]?.comparison ?? {}
    expect(weights?.weights).toEqual([5 / 9, 3 / 9, 1 / 9])
    expect(overall?.['p-ran']).toBeCloseTo((5 * 5 + 3 * 4 + 3) / 9, 12)
    expect(sensitivity?.rows.map(row => row.method)).toEqual([
      'median, importance',
      'trimmed, importance',
      'mean, equal',
      'mean, entropy',
      'mean, ahp',
      'topsis',
    ])
  })

  it('refuses comparisons that are missing or of another size, and flags a contradiction', () => {
    const refused = expect.objectContaining({ code: 'SHAPE', data: expect.objectContaining({ name: 'ahp.user' }) })
    expect(() => evaluatePanel(panelOf(two), { weighing: 'ahp' })).toThrow(refused)
    const small = { user: [[1]] }
    expect(() => evaluatePanel(panelOf(two), { weighing: 'ahp', comparisons: small })).toThrow(refused)
    const circle = { user: ahpMatrixFromUpper([[9, 1 / 9], [9]]) }
    const { notes } = evaluatePanel(panelOf(two), { weighing: 'ahp', comparisons: circle })
    expect(codes(notes)).toContain('AHP_INCONSISTENT')
  })

  it('says so if another method turns a pair round', () => {
    const odd: readonly Scores[] = [
      [3, 5, 4, 1],
      [3, 5, 4, 1],
      [3, 5, 4, 1],
    ]
    const low: readonly Scores[] = [
      [3, 1, 3, 1],
      [3, 1, 3, 1],
      [3, 1, 3, 1],
    ]
    const lines = [...rows('e1', 1, odd), ...rows('e2', 1, odd), ...rows('e3', 1, low)]
    const { players, notes } = evaluatePanel(panelOf(lines))
    expect(players[0]?.comparison?.ranking).toEqual(['p-ran', 'wifi', 'hotspot'])
    expect(players[0]?.comparison?.overall.wifi).toBeCloseTo(11 / 3, 12)
    const lower: readonly Scores[] = [
      [3, 1, 4, 1],
      [3, 1, 4, 1],
      [3, 1, 4, 1],
    ]
    const turned = evaluatePanel(panelOf([...lines.slice(0, 6), ...rows('e3', 1, lower)]))
    const median = turned.players[0]?.comparison?.sensitivity.rows.find(row => row.method === 'median, equal')
    expect(median?.reversals).toEqual([{ first: 'wifi', second: 'p-ran' }])
    expect(codes(turned.notes)).toContain('RANK_REVERSALS')
    expect(codes(notes)).not.toContain('NOT_CONVERGED')
  })
})

describe('poor panels', () => {
  it('one expert: scores stand, agreement does not, and the result says so', () => {
    const { players, notes } = evaluatePanel(panelOf(rows('e1', 1, CLEAR)))
    expect(players[0]).toMatchObject({
      comparison: { overall: { 'p-ran': 4 }, agreement: { defined: false, reason: 'ONE_EXPERT' } },
      importanceAgreement: { defined: false, reason: 'ONE_EXPERT' },
      settled: { defined: false, reason: 'ONE_ROUND' },
    })
    expect(players[0]?.scores.items[0]?.deviation).toMatchObject({ defined: false, reason: 'ONE_EXPERT' })
    expect(codes(notes)).toEqual(expect.arrayContaining(['ONE_EXPERT', 'ONE_ROUND']))
  })

  it('zero variance: no agreement, no TOPSIS, equal weights in place of entropy, all stated', () => {
    const flat = panelOf([...rows('e1', 1, FLAT), ...rows('e2', 1, FLAT)])
    const { players, notes } = evaluatePanel(flat, { weighing: 'entropy' })
    expect(players[0]?.comparison).toMatchObject({
      agreement: { defined: false, reason: 'ZERO_VARIANCE' },
      sensitivity: { topsis: { defined: false, reason: 'ZERO_VARIANCE' } },
      weights: { entropy: { fallback: expect.stringMatching(/^equal/) } },
    })
    expect(codes(notes)).toEqual(expect.arrayContaining(['ZERO_VARIANCE', 'WEIGHTS_EQUAL_INSTEAD']))
  })

  it('missing answers left out: counted, and their expert does not rank', () => {
    const gap: readonly Scores[] = [
      [5, '', 2, 1],
      [3, 4, 3, 2],
      [1, 3, 4, 2],
    ]
    const panel = panelOf([...rows('e1', 1, CLEAR), ...rows('e2', 1, CLEAR), ...rows('e3', 1, gap)], 'omit')
    const { players, notes, omitted } = evaluatePanel(panel)
    expect(omitted).toHaveLength(1)
    expect(players[0]?.scores.items.find(item => item.column === 'p-ran')?.experts).toBe(2)
    expect(players[0]?.comparison?.agreement).toMatchObject({ experts: 2 })
    expect(players[0]?.importanceAgreement).toMatchObject({ experts: 3 })
    expect(codes(notes)).toContain('ANSWERS_OMITTED')
    const all = panelOf([...rows('e1', 1, CLEAR), ...rows('e3', 1, gap)], 'omit')
    expect(evaluatePanel(all).players[0]?.comparison?.agreement).toMatchObject({ reason: 'NO_COMPLETE_EXPERT' })
  })

  it('too few experts to trim, and answers that did not settle', () => {
    const moved: readonly Scores[] = [
      [5, 2, 2, 1],
      [3, 4, 3, 2],
      [1, 3, 4, 2],
    ]
    const lines = [...rows('e1', 1, CLEAR), ...rows('e2', 1, CLEAR), ...rows('e1', 2, moved), ...rows('e2', 2, moved)]
    const { players, notes } = evaluatePanel(panelOf(lines), { mode: 'trimmed' })
    expect(players[0]?.settled).toMatchObject({ converged: 11, open: ['a/x p-ran'] })
    expect(codes(notes)).toEqual(expect.arrayContaining(['NOTHING_TRIMMED', 'NOT_CONVERGED']))
  })

  it('the operator has importance and no score', () => {
    const lines = ['e1', 'e2'].map(expert => `${expert},,1,mno,cost/x,4,,,,,`)
    const { players } = evaluatePanel(panelOf(lines))
    expect(players[0]?.scores.primaries).toMatchObject([{ importance: 4, networks: {} }])
    expect(players[0]).not.toHaveProperty('comparison')
  })
})
