import { hashInto as original } from '@chainsafe/persistent-merkle-tree'
import { type Frame, runScenario } from '@conet/sim'
import { summarise } from '@conet/sim/page'
import { describe, expect, it } from 'vitest'
import samplePanel from '../../../../../vectors/panels/synthetic-reference.csv?raw'
import sampleCase from '../../../../../vectors/valuation-case.json?raw'
import { extend, momentOf, NO_COURSE, serviceOf } from './course.js'
import { check, type Draft, withValue } from './draft.js'
import { hashInto } from './hash-into.js'
import { comparedPlayers, comparisonCsv, evaluateText, radarView } from './panel.js'
import { reportHtml } from './report.js'
import { cashCsv, evaluateCase, measuredCoverage, slidersOf, withAssumption } from './roi.js'
import { FIRST, SHIPPED } from './shipped.js'

const given = JSON.parse(sampleCase) as Draft
const evaluation = evaluateText(samplePanel)

function shortRun() {
  const { scenario } = check(withValue(SHIPPED.get(FIRST) ?? {}, 'durationS', 40))
  if (scenario === undefined) throw new Error('the shipped scenario is in order')
  const frames: Frame[] = []
  const result = runScenario(scenario, 3, { onStep: frame => frames.push(frame) })
  return { scenario, frames, result, summary: summarise(scenario, [result]) }
}
const run = shortRun()

describe('live figures', () => {
  it('count who has service over a cell, and over a sharer', () => {
    const frame = {
      ...run.frames[0],
      xM: [0, 1, 2],
      cellMbps: [5, 0, 0],
      links: [
        { path: [0], cell: 0, mbps: 5 },
        { path: [1, 0], cell: 0, mbps: 2 },
        { path: [2, 0], cell: 0, mbps: 0.1 },
      ],
    } as Frame
    expect(serviceOf(frame, 1)).toEqual(['direct', 'relayed', 'none'])
    expect(momentOf(frame, 1)).toMatchObject({ relayed: 2, coverage: { with: 2 / 3 } })
  })

  it('never lose to the cell alone, at any step of a run', () => {
    for (const frame of run.frames) {
      const { coverage } = momentOf(frame, run.scenario.relay.serviceMbps)
      expect(coverage.with).toBeGreaterThanOrEqual(coverage.without)
    }
  })

  it('keep a course of bounded length that ends now', () => {
    const [frame] = run.frames
    if (frame === undefined) throw new Error('a run has frames')
    let course = NO_COURSE
    for (let timeS = 1; timeS <= 2_000; timeS += 1) course = extend(course, { ...frame, timeS })
    expect(course.timeS.length).toBeLessThanOrEqual(601)
    expect(course.timeS.at(-1)).toBe(2_000)
    expect(course.with).toHaveLength(course.timeS.length)
  })
})

describe('the value page', () => {
  it('draws every question or their groups, and ranks the networks', () => {
    expect(comparedPlayers(evaluation).map(player => player.scores.player)).toEqual(['user', 'sharer'])
    const all = radarView(evaluation, 'user', 'secondary')
    const groups = radarView(evaluation, 'user', 'primary')
    expect(all.axes.length).toBeGreaterThan(groups.axes.length)
    expect(all.networks.map(one => one.name)).toEqual(['P-RAN', 'Wi-Fi', 'Broadband', 'Hotspot', '5G'])
    expect(all.networks.find(one => one.rank === 1)?.overall).toBe(Math.max(...all.networks.map(one => one.overall)))
    for (const one of all.networks) expect(one.values).toHaveLength(all.axes.length)
    expect(comparisonCsv(evaluation).trim().split('\r\n')).toHaveLength(1 + 5 + 3)
  })

  it('refuses a panel with a score off the scale, with row and column', () => {
    expect(() => evaluateText(samplePanel.replace('operation,5,', 'operation,9,'))).toThrow(/row 2, column importance/)
  })

  it('counts the return in both conventions, one apart', () => {
    const view = evaluateCase(given, undefined)
    expect(Number.parseFloat(view.valueOverCost) - Number.parseFloat(view.gainOverCost)).toBeCloseTo(100, 6)
    expect(view.rows).toHaveLength(8)
    expect(view.tornado.bars).toHaveLength(11)
    expect(cashCsv(view).trim().split('\r\n')).toHaveLength(9)
  })

  it('follows its sliders: dearer rewards, less value', () => {
    const npv = (draft: Draft) => Number(evaluateCase(draft, undefined).npv.replaceAll(',', ''))
    for (const { path, min, max } of slidersOf(given)) {
      for (const end of [min, max]) expect(Number.isFinite(npv(withAssumption(given, path, end)))).toBe(true)
    }
    expect(slidersOf(given)).toHaveLength(7)
    expect(npv(withAssumption(given, 'cost/incentive/perSharer', 200))).toBeLessThan(npv(given))
  })

  it('takes the measured coverage in place of the formula', () => {
    const coverage = measuredCoverage(run.summary, 8e5)
    const last = run.summary.coverage.at(-1)
    expect(coverage(0)).toBe(0)
    expect(coverage(last?.sharers ?? 0)).toBeCloseTo(last?.reach.mean ?? -1, 9)
    expect(evaluateCase(given, run.summary).npv).not.toBe(evaluateCase(given, undefined).npv)
  })

  it('refuses a case without a line', () => {
    expect(() => evaluateCase(withValue(given, 'cost/research', undefined), undefined)).toThrow(/case.cost.research/)
  })
})

describe('the report', () => {
  const input = {
    scenario: { ...run.scenario, title: 'A <b>bold</b> block' },
    summary: run.summary,
    evaluation,
    illustrativePanel: true,
    roi: evaluateCase(given, undefined),
    coupled: false,
    charts: { cash: '<svg></svg>' },
  }

  it('stands alone: no script, no address, names are text', () => {
    const html = reportHtml(input)
    expect(html).not.toMatch(/<script|<link|src=|href="http/)
    expect(html).toContain('A &lt;b&gt;bold&lt;/b&gt; block')
    expect(html).toContain('Illustrative: a synthetic panel')
    expect(html.match(/<svg/g)?.length).toBeGreaterThanOrEqual(9)
  })

  it('says when nothing was played', () => {
    expect(reportHtml({ ...input, summary: undefined })).toContain('No run was finished before this report')
  })
})

describe('hashing in pages', () => {
  it('is what the ledger uses elsewhere', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => (i * 37) & 255)
    const [ours, theirs] = [new Uint8Array(128), new Uint8Array(128)]
    hashInto(data, ours)
    original(data, theirs)
    expect(ours).toEqual(theirs)
    expect(() => hashInto(data, new Uint8Array(64))).toThrow(RangeError)
  })
})
