import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { value } from '../commands/value.js'
import { createOutput } from '../output.js'

const vectors = (name: string) => fileURLToPath(new URL(`../../../../vectors/${name}`, import.meta.url))
const PANEL = vectors('panels/synthetic-reference.csv')
const CASE = vectors('valuation-case.json')
const folder = mkdtempSync(join(tmpdir(), 'conet-value-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: unknown) => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** Runs the command as the program does: options with their defaults from `configure`. */
async function run(...argv: string[]): Promise<string> {
  let text = ''
  const stream = { write: (part: string) => (text += part) }
  const json = argv.includes('--json')
  const command = new Command('value').exitOverride().option('--json', '', false)
  value.configure(command)
  command.parse(argv, { from: 'user' })
  const context = {
    out: createOutput({ stdout: stream, stderr: stream }, json, { NO_COLOR: '1' }),
    env: {},
    home: folder,
    node: '',
    signal: new AbortController().signal,
  }
  expect(await value.run(context, command.args, command.opts())).toBe(0)
  return text
}

describe('conet value evaluate', () => {
  it('prints tables, agreement, ranking and the paper’s orderings', async () => {
    const text = await run('evaluate', PANEL)
    expect(text).toContain('6 experts, 3 rounds')
    expect(text).toMatch(/ranking: P-RAN > 5G\/6G > Wi-Fi/)
    expect(text).toContain('the paper’s orderings: 9 of 9 hold')
    expect(text).toContain('the paper’s orderings: 5 of 5 hold')
    expect(text).toContain('INDICATORS_RECONSTRUCTED')
  })

  it('prints one JSON value', async () => {
    const result = JSON.parse(await run('evaluate', PANEL, '--json', '--mode', 'median', '--weights', 'entropy'))
    expect(result).toMatchObject({ mode: 'median', weighing: 'entropy', rounds: 3 })
    expect(result.players).toHaveLength(3)
    expect(result.players[0].scores.primaries[0].networks['p-ran']).toBeGreaterThan(1)
  })

  it('takes pairwise comparisons', async () => {
    const criteria = ['convenience', 'experience', 'revenue', 'added', 'compatibility']
    const user = ['convenience', 'experience', 'cost', 'connection', 'special', 'compatibility']
    const upper = (n: number) => Array.from({ length: n - 1 }, (_, i) => new Array(n - 1 - i).fill('2/2'))
    const path = file('ahp.json', {
      user: { criteria: user, upper: upper(6) },
      sharer: { criteria, upper: upper(5) },
    })
    const result = JSON.parse(await run('evaluate', PANEL, '--json', '--weights', 'ahp', '--ahp', path))
    expect(result.players[1].comparison.weights).toMatchObject({ method: 'ahp', ahp: { consistencyRatio: 0 } })
    const wrong = file('wrong.json', { user: { criteria: ['cost'], upper: [] } })
    const refused = { code: 'COMPARISONS_MALFORMED' }
    await expect(run('evaluate', PANEL, '--ahp', wrong)).rejects.toMatchObject(refused)
    await expect(run('evaluate', PANEL, '--ahp', file('b.json', { bank: {} }))).rejects.toMatchObject(refused)
    await expect(run('evaluate', PANEL, '--weights', 'ahp')).rejects.toMatchObject({ code: 'SHAPE' })
  })

  it('hands on what is wrong with a panel, with row and column', async () => {
    const bad = file('bad.csv', 'expert,field\n')
    await expect(run('evaluate', bad)).rejects.toMatchObject({ code: 'PANEL_HEADER' })
    const low = run('evaluate', PANEL, '--scale', '1-4')
    await expect(low).rejects.toMatchObject({ code: 'SCORE_OFF_SCALE', data: { row: 2, column: 'importance' } })
    await expect(run('evaluate', join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  it.each([
    ['guess', PANEL],
    ['evaluate', PANEL, '--mode', 'mode'],
    ['evaluate', PANEL, '--weights', 'gut'],
    ['evaluate', PANEL, '--scale', 'five'],
    ['evaluate', PANEL, '--missing', 'zero'],
    ['roi', CASE, '--seed', '-1'],
    ['roi', CASE, '--draws', '5'],
  ])('is used wrongly with %s %s %s %s', async (...argv) => {
    await expect(run(...argv)).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('conet value roi', () => {
  it('prints the case, both conventions, break-even and the tornado', async () => {
    const text = await run('roi', CASE, '--draws', '100')
    expect(text).toContain('(illustrative numbers)')
    expect(text).toContain('value / cost: 116.88 %; (value − cost) / cost: 16.88 %')
    expect(text).toContain('net present value: 9978130.886992 CNY')
    expect(text).toContain('break-even: year 6; discounted: year 7')
    expect(text).toContain('holds at the end of 8 of 8 periods')
    expect(text).toContain('100 draws, seed 1')
  })

  it('repeats from a seed', async () => {
    const argv = ['roi', CASE, '--json', '--draws', '100', '--seed']
    const [first, again, other] = [await run(...argv, '7'), await run(...argv, '7'), await run(...argv, '8')]
    expect(again).toBe(first)
    expect(JSON.parse(other).simulation.mean).not.toBe(JSON.parse(first).simulation.mean)
    expect(JSON.parse(first).report.npv).toBe('9978130886992')
  })

  it('takes simulated coverage in place of the formula', async () => {
    const users = async (...more: string[]) =>
      BigInt(JSON.parse(await run('roi', CASE, '--json', '--draws', '100', ...more)).report.rows.at(-1).users)
    const poor = file('poor.json', [[0, 0], [1e6, 0.1]]) // biome-ignore format: points
    expect(await users('--coverage', poor)).toBeLessThan(await users())
    const wrong = run('roi', CASE, '--coverage', file('words.json', [['none', 'all']]))
    await expect(wrong).rejects.toMatchObject({ code: 'COVERAGE_MALFORMED' })
  })

  it('takes the same case as YAML, to the same result', async () => {
    const yaml = file('case.yaml', stringify(JSON.parse(readFileSync(CASE, 'utf8'))))
    expect(await run('roi', yaml, '--draws', '100', '--json')).toBe(await run('roi', CASE, '--draws', '100', '--json'))
    const numbers = file('numbers.yml', readFileSync(yaml, 'utf8').replaceAll(/"([0-9.]+)"/g, '$1'))
    expect(await run('roi', numbers, '--draws', '100', '--json')).toBe(
      await run('roi', CASE, '--draws', '100', '--json'),
    )
  })

  it('takes the simulator’s coverage.csv, brought to the area of the case', async () => {
    const users = async (...more: string[]) =>
      BigInt(JSON.parse(await run('roi', CASE, '--json', '--draws', '100', ...more)).report.rows.at(-1).users)
    const head = 'sharers,sharers_per_km2,reach'
    const csv = (reach: number) => file(`${reach}.csv`, `${head}\r\n0,0,0\r\n10,50,${reach / 2}\r\n40,200,${reach}\r\n`)
    expect(await users('--coverage', csv(0.2))).toBeLessThan(await users('--coverage', csv(0.9)))
    const byHand = file('hand.json', [[0, 0], [30_000, 0.45], [120_000, 0.9]]) // biome-ignore format: 600 km²
    expect(await users('--coverage', csv(0.9))).toBe(await users('--coverage', byHand))
    const bad = (text: string) => run('roi', CASE, '--coverage', file('bad.csv', text))
    await expect(bad('sharers,reach\n0,0\n')).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    await expect(bad(`${head}\n0,0,2\n`)).rejects.toMatchObject({ code: 'ROW_MALFORMED' })
    const { growth: _, ...rest } = JSON.parse(readFileSync(CASE, 'utf8'))
    const noArea = run('roi', file('no-area.json', rest), '--coverage', csv(0.9))
    await expect(noArea).rejects.toMatchObject({ code: 'COVERAGE_MALFORMED' })
  })

  it('refuses a file that is no JSON, no YAML or no case', async () => {
    await expect(run('roi', file('case.txt', 'name: x\n'))).rejects.toMatchObject({ code: 'NOT_JSON' })
    await expect(run('roi', file('list.yaml', 'name: [x\n'))).rejects.toMatchObject({ code: 'NOT_YAML' })
    await expect(run('roi', file('twice.yaml', 'name: x\nname: y\n'))).rejects.toMatchObject({ code: 'NOT_YAML' })
    await expect(run('roi', file('short.yaml', 'name: x\n'))).rejects.toMatchObject({ code: 'CASE_MALFORMED' })
    await expect(run('roi', file('empty.json', {}))).rejects.toMatchObject({ code: 'CASE_MALFORMED' })
  })
})
