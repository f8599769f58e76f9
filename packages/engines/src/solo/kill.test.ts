import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openSolo, verifyInPlace, verifyLedger } from '../index.js'
import { TINY_GENESIS, tinyApplication } from '../testing/index.js'

const CHILD = fileURLToPath(new URL('../../dist/testing/crash-child.js', import.meta.url))
const common = { application: tinyApplication, genesis: TINY_GENESIS, pool: verifyInPlace() }
/** The moments of the kills follow from the seed, so that a failing run can be played again. */
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1)

/** Runs the child on the folder and kills it after so many acknowledgements and so many more milliseconds. */
async function killAfter(dir: string, run: string, acknowledgements: number, ms: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, dir, run], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const before = out.length
    out += chunk.toString()
    const lines = out.split('\n').length - 1
    const reached = lines >= acknowledgements && out.slice(0, before).split('\n').length - 1 < acknowledgements
    if (reached) setTimeout(() => child.kill('SIGKILL'), ms)
  })
  const [, signal] = await closed
  expect(signal).toBe('SIGKILL')
  return out.split('\n').slice(0, -1)
}

it('keeps every acknowledged transaction through kill -9 at any moment, again and again on one folder', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'conet-kill-'))
  const acknowledged: string[] = []
  for (const seed of SEEDS) {
    acknowledged.push(...(await killAfter(dir, `s${seed}`, 1 + ((seed * 7919) % 40), (seed * 31) % 11)))
    const engine = await openSolo({ ...common, dir })
    const lost = acknowledged.filter(key => engine.query('tiny/get', { key }) !== key)
    const { height, appHash } = engine.info()
    await engine.stop()
    expect({ seed, lost }).toEqual({ seed, lost: [] })
    expect(await verifyLedger({ dir }, common)).toMatchObject({ ok: true, height, appHash })
  }
  expect(acknowledged.length).toBeGreaterThan(SEEDS.length)
  await rm(dir, { recursive: true })
}, 120_000)

it('refuses a folder that another process holds and names it; the kernel frees it when that one is killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'conet-locked-'))
  const child = spawn(process.execPath, [CHILD, dir, 'holder'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  await expect(openSolo({ ...common, dir })).rejects.toMatchObject({ code: 'DATA_LOCKED', data: { pid: child.pid } })
  child.kill('SIGKILL')
  await closed
  await (await openSolo({ ...common, dir })).stop()
  await rm(dir, { recursive: true })
})
