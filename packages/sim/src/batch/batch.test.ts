import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { runScenario } from '../play/index.js'
import { MAP_NAMES, mapPng, reportHtml, summarise } from '../report/index.js'
import { validateScenario } from '../scenario/index.js'
import { small } from '../testing/scenario.js'
import { loadScenario, runBatch, shippedScenarios } from './index.js'

const folder = mkdtempSync(join(tmpdir(), 'conet-sim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scenario = small({ durationS: 10, map: { columns: 6, indoors: true } })
const seeds = [1, 2, 3]
const never = new AbortController().signal

function plan(name: string, more: object = {}) {
  return {
    scenario,
    seeds,
    out: join(folder, name),
    workers: 2,
    resume: false,
    signal: never,
    progress: () => {},
    ...more,
  }
}

/** Every file with its bytes. */
function bytes(name: string): Record<string, string> {
  const files = readdirSync(join(folder, name), { recursive: true, withFileTypes: true }).filter(file => file.isFile())
  return Object.fromEntries(
    files.map(f => [f.name, readFileSync(join(f.parentPath, f.name)).toString('base64')]).sort(),
  )
}

/** Threads start slowly on a busy machine. */
const PATIENCE = { timeout: 120_000 }

describe('a batch on threads', PATIENCE, () => {
  it('writes the same bytes whatever the number of threads, and progress ends at 1', async () => {
    const told: number[] = []
    const { files, kept } = await runBatch(plan('two', { progress: (played: number) => told.push(played) }))
    await runBatch(plan('one', { workers: 1 }))
    expect(kept).toBe(0)
    expect([told[0], told.at(-1)]).toEqual([0, 1])
    expect(bytes('one')).toEqual(bytes('two'))
    for (const file of files) expect(existsSync(join(folder, 'two', file)), file).toBe(true)
    expect(Object.keys(bytes('two')).some(name => name.endsWith('.part'))).toBe(false)
  })

  it('plays on a thread what it plays here', () => {
    const stored = JSON.parse(readFileSync(join(folder, 'two', 'seeds', 'seed-0002.json'), 'utf8'))
    expect(stored).toEqual(JSON.parse(JSON.stringify(runScenario(scenario, 2))))
  })

  it('goes on after an interruption with what is missing, to the same result', async () => {
    const abort = new AbortController()
    // A longer list than can be done before the first result is there.
    const many = Array.from({ length: 40 }, (_, i) => i + 1)
    const stop = plan('cut', {
      seeds: many,
      signal: abort.signal,
      progress: () => existsSync(join(folder, 'cut', 'seeds')) && abort.abort(),
    })
    await expect(runBatch(stop)).rejects.toMatchObject({ code: 'INTERRUPTED', verdict: 'retry' })
    const there = readdirSync(join(folder, 'cut', 'seeds'))
    expect(there.length).toBeGreaterThan(0)
    expect(there.length).toBeLessThan(40)
    expect(existsSync(join(folder, 'cut', 'report.html'))).toBe(false)
    const { kept } = await runBatch(plan('cut', { resume: true }))
    expect(kept).toBe(there.filter(file => /000[123]/.test(file)).length)
    const [cut, two] = [bytes('cut'), bytes('two')]
    expect(cut['results.json']).toBe(two['results.json'])
    expect(cut['report.html']).toBe(two['report.html'])
  })

  it('does not go on with another scenario’s results, or with half a file', async () => {
    const other = plan('two', { scenario: small({ durationS: 11 }), resume: true })
    await expect(runBatch(other)).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
    writeFileSync(join(folder, 'one', 'seeds', 'seed-0001.json'), '{"version":1,')
    await expect(runBatch(plan('one', { resume: true }))).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
  })

  it('hands on what fails on a thread, and what cannot be written', async () => {
    await expect(runBatch(plan('bad', { seeds: [-1] }))).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      data: { seed: -1 },
    })
    writeFileSync(join(folder, 'file'), '')
    await expect(runBatch(plan('file/x', { seeds: [1] }))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})

describe('a report', PATIENCE, () => {
  const summary = summarise(
    scenario,
    seeds.map(seed => runScenario(scenario, seed)),
  )

  it('has intervals around means, and gains per seed', () => {
    const { mean, low, high, n } = summary.metrics['coverage.gain'] ?? {}
    expect(n).toBe(3)
    expect(low).toBeLessThanOrEqual(mean ?? Number.NaN)
    expect(high).toBeGreaterThanOrEqual(mean ?? Number.NaN)
    const gain = (summary.metrics['coverage.with']?.mean ?? 0) - (summary.metrics['coverage.without']?.mean ?? 0)
    expect(mean).toBeCloseTo(gain, 12)
  })

  it('sums up to whole distributions', () => {
    for (const world of ['without', 'with'] as const) {
      expect(summary.rateCdf[world].at(-1)).toBeCloseTo(1, 12)
      expect(summary.hops[world].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    }
    expect(summary.sinrCdf.share.at(-1)).toBeCloseTo(1, 12)
    expect(summary.effectiveReachM).toBeGreaterThan(10)
    expect(summary.effectiveReachM).toBeLessThan(100)
  })

  it('is one page that loads nothing and runs nothing', () => {
    const html = reportHtml(summary)
    expect(html).not.toMatch(/<script|<link|src="http|url\(http|@import/)
    expect(html.match(/<svg /g)).toHaveLength(8)
    expect(html.match(/data:image\/png/g)).toHaveLength(3)
    expect(html).toContain('prefers-color-scheme: dark')
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('shows a scenario’s words as text', () => {
    const named = validateScenario({ ...scenario, title: '<script>alert(1)</script>' })
    expect(reportHtml({ ...summary, scenario: named })).not.toContain('<script>')
  })

  it('draws maps north up that differ where sharers help', () => {
    const [sinr, without, together] = MAP_NAMES.map(name => PNG.sync.read(Buffer.from(mapPng(summary, name))))
    expect([sinr?.width, sinr?.height]).toEqual([720, 600])
    expect(without?.data.equals(together?.data ?? Buffer.alloc(0))).toBe(false)
  })
})

describe('scenario files', PATIENCE, () => {
  it.each(shippedScenarios())('%s is valid and plays', name => {
    const loaded = loadScenario(name)
    expect(loaded.name).toBe(name)
    const short = validateScenario({ ...loaded, durationS: 4, map: { columns: 8, indoors: false } })
    const { metrics, coverage } = runScenario(short, 1)
    expect(metrics['coverage.without']).toBeGreaterThanOrEqual(0)
    expect(coverage.length).toBeGreaterThan(2)
  })

  it('are refused with a reason', () => {
    expect(() => loadScenario('atlantis')).toThrow(/no scenario "atlantis": give one of city-block/)
    const path = join(folder, 'broken.yaml')
    writeFileSync(path, 'name: [x\nsummary: y')
    expect(() => loadScenario(path)).toThrow(expect.objectContaining({ code: 'SCENARIO_MALFORMED' }))
    writeFileSync(path, 'name: x\nname: y')
    expect(() => loadScenario(path)).toThrow(/unique/)
  })
})
