import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { EXIT } from '../exit.js'
import { runCli } from '../program.js'

const folder = mkdtempSync(join(tmpdir(), 'conet-cli-sim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function run(argv: readonly string[], more: { isTTY?: boolean; signal?: AbortSignal } = {}) {
  let [stdout, stderr] = ['', '']
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text), isTTY: more.isTTY === true },
  }
  const env = { CONET_HOME: folder, NO_COLOR: '1' }
  const code = await runCli({
    argv: ['sim', ...argv],
    env,
    streams,
    signal: more.signal ?? new AbortController().signal,
  })
  return { code, stdout, stderr }
}

/** Threads start slowly on a busy machine. */
describe('conet sim', { timeout: 120_000 }, () => {
  it('lists what there is', async () => {
    const { code, stdout } = await run(['list', '--json'])
    expect(code).toBe(EXIT.ok)
    const names = JSON.parse(stdout).scenarios.map((one: { name: string }) => one.name)
    for (const name of ['city-block', 'office-floors', 'suburb-edge', 'stadium', 'village', 'disaster', 'leo-pass']) {
      expect(names).toContain(name)
    }
    expect((await run(['list'])).stdout).toMatch(/disaster.*Disaster, dead cells/)
  })

  it('runs a changed scenario, shows progress, resumes, and writes what it says', async () => {
    const shown = (await run(['show', 'village'])).stdout
    expect(shown).toContain('name: village')
    const path = file(
      'mine.yaml',
      shown.replace('name: village', 'name: mine').replace('durationS: 600', 'durationS: 6'),
    )
    const out = join(folder, 'mine')
    const first = await run(['run', path, '--seeds', '2', '--out', out, '--workers', '1'], { isTTY: true })
    expect(first.code).toBe(EXIT.ok)
    expect(first.stderr).toContain('100 %')
    expect(first.stdout).toMatch(/Coverage, %.*\(.* to .*\)/)
    expect(first.stdout).toContain(join(out, 'report.html'))
    const again = await run(['run', path, '--seeds', '2', '--out', out, '--resume', '--json'])
    const result = JSON.parse(again.stdout)
    expect(result).toMatchObject({ scenario: 'mine', seeds: [1, 2], folder: out })
    expect(result.metrics['coverage.with']).toMatchObject({ n: 2 })
    expect(readdirSync(out)).toEqual(expect.arrayContaining([...result.files, 'seeds']))
    expect(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')).metrics).toEqual(result.metrics)
  })

  it('ends with the code of an interruption', async () => {
    const out = join(folder, 'stopped')
    const { code, stderr } = await run(['run', 'village', '--seeds', '2', '--out', out], {
      signal: AbortSignal.abort(),
    })
    expect(code).toBe(EXIT.interrupted)
    expect(stderr).toContain('--resume')
  })

  it('finds weak cells in measurements', async () => {
    const rows = Array.from({ length: 90 }, (_, i) => `t,50.9${i % 9},6.95,${i % 2 === 0 ? -118 : -112},d${i % 5}`)
    const path = file('drive.csv', ['time,lat,lon,rsrp,device', ...rows, 't,50.9,6.95,-200,d1', ''].join('\n'))
    const { stdout } = await run(['weak', path])
    expect(stdout).toMatch(/90 measurements in 9 hexagons, 1 without a level left out/)
    expect(JSON.parse((await run(['weak', path, '--json', '--threshold', '-125'])).stdout).clusters).toEqual([])
  })

  it.each([
    ['USAGE', 'fly'],
    ['USAGE', 'run'],
    ['USAGE', 'run', 'village', '--seeds', '0'],
    ['USAGE', 'run', 'village', '--workers', 'many'],
    ['NAME_UNKNOWN', 'run', 'atlantis'],
    ['NAME_UNKNOWN', 'show', 'atlantis'],
    ['FILE_UNREADABLE', 'weak', 'none.csv'],
    ['FREQUENCY_OUT_OF_RANGE', 'run', 'deaf.yaml'],
  ])('says %s for %s %s %s %s', async (code, ...argv) => {
    const village = (await run(['show', 'village'])).stdout
    file('deaf.yaml', village.replace('frequencyGHz: 0.8', 'frequencyGHz: 45'))
    const words = argv.map(word => (word === 'deaf.yaml' ? join(folder, word) : word))
    const { stdout, code: exit } = await run([...words, '--json'])
    expect(exit).not.toBe(EXIT.ok)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code } })
  })
})
