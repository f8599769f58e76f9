import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { applySetup, undoSetup } from './apply.js'
import { DEFAULT_SETUP, planSetup } from './index.js'
import type { Plan } from './plan.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'conet-setup-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const NOTHING: Plan = { needs: [], files: [], keeps: [], sysctls: [], commands: [] }

it('leaves out files that are not wanted here, and touches none of the owner’s by that name, also when it is undone', async () => {
  const [wanted, unwanted] = [join(root, 'wanted'), join(root, 'unwanted')]
  const plan = {
    ...NOTHING,
    files: [
      { path: wanted, text: 'ours', mode: 0o644, unless: ['false'] },
      { path: unwanted, text: 'ours', mode: 0o644, unless: ['true'] },
    ],
  }
  const ports = { root, services: false }
  await applySetup(plan, ports)
  expect(readFileSync(wanted, 'utf8')).toBe('ours')
  expect(existsSync(unwanted)).toBe(false)
  writeFileSync(unwanted, 'of the owner')
  expect(await undoSetup(ports)).toEqual([])
  expect(existsSync(wanted)).toBe(false)
  expect(readFileSync(unwanted, 'utf8')).toBe('of the owner')
})

it.each([
  ['0', false],
  ['1', true],
  ['2', true],
])('an uplink whose kernel says %s to router advertisements is set for the next start: %s', async (now, planned) => {
  const [folder, wan] = [join(root, 'all'), 'eth0']
  mkdirSync(folder)
  writeFileSync(join(folder, 'accept_ra'), `${now}\n`)
  const { files } = planSetup({ ...DEFAULT_SETUP, system: 'debian', lan: 'br0', wan, address6: 'fd77::1/64' }, root)
  const setting = files.filter(({ path }) => path.endsWith('61-conet-uplink.conf'))
  // The same question, to a file of this test.
  const ask = (word: string) => word.replace(`/proc/sys/net/ipv6/conf/${wan}`, folder)
  await applySetup(
    { ...NOTHING, files: setting.map(file => ({ ...file, unless: (file.unless ?? ['false']).map(ask) })) },
    { root, services: false },
  )
  expect(existsSync(join(root, 'etc/sysctl.d/61-conet-uplink.conf'))).toBe(planned)
})
