import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RULES } from './rules.js'
import { ROOT, readTree, type Tree } from './tree.js'

const tree = readTree()
const plant = (path: string, text: string): Tree => new Map([...tree, [path, text]])

/** One violation per rule; a rule that lets it pass is no rule. */
const PLANTED: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'import-order': ['packages/core/src/wire/planted.ts', "import { x } from '../ledger/index.js'\n"],
  'layer-known': ['packages/core/src/cellar/planted.ts', 'export const x = 1\n'],
  'module-islands': [
    'packages/core/src/ledger/modules/accounts/planted.ts',
    "import { x } from '../sessions/state.js'\n",
  ],
  'pure-core': ['packages/core/src/units/planted.ts', 'export const now = Date.now()\n'],
  'room-readme': ['packages/core/src/units/attic/index.ts', 'export const x = 1\n'],
  'map-rows': [
    'docs/map.md',
    '| section | requirement | layer | folder | test |\n|---|---|---|---|---|\n| 9.9 | x | x | `nowhere` | `nowhere` |\n',
  ],
  'codes-listed': ['packages/core/src/units/planted.ts', "throw new ConetError('NEVER_LISTED', 'x')\n"],
  'no-leftovers': ['packages/core/src/units/planted.test.ts', "it.only('x', () => {})\n"],
  'no-machine-paths': ['docs/planted.md', 'see /home/alice/notes\n'.replace('notes', 'notes/x')],
  dependencies: ['packages/core/package.json', '{"dependencies":{"left-pad":"^1.0.0"}}'],
}

describe('architecture', () => {
  for (const rule of RULES) {
    it(`${rule.name}: ${rule.reason}`, () => expect(rule.check(tree)).toEqual([]))

    it(`${rule.name} fails on a planted violation`, () => {
      const [path, text] = PLANTED[rule.name] ?? ['', '']
      const before = new Set(rule.check(tree))
      const found = rule.check(plant(path, text)).filter(breach => !before.has(breach))
      expect(found.length).toBeGreaterThan(0)
    })
  }

  it('sideways imports between gateways and engines are refused', () => {
    const rule = RULES.find(candidate => candidate.name === 'import-order')
    const planted = plant('packages/gateway/src/planted.ts', "import { x } from '@conet/engines'\n")
    expect(rule?.check(planted).some(breach => breach.startsWith('packages/gateway/src/planted.ts'))).toBe(true)
  })
})

/** Budgets are Biome's own rules, with the project's settings; here they are seen to fail. */
function lint(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'conet-lint-'))
  try {
    const settings = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>
    const { vcs: _vcs, $schema: _schema, ...rest } = settings
    writeFileSync(join(dir, 'biome.json'), JSON.stringify(rest))
    writeFileSync(join(dir, 'planted.ts'), text)
    const run = spawnSync(join(ROOT, 'node_modules', '.bin', 'biome'), ['lint', '.'], { cwd: dir, encoding: 'utf8' })
    return run.stdout + run.stderr
  } finally {
    rmSync(dir, { recursive: true })
  }
}

describe('budgets', () => {
  it('a function of more than 60 lines is refused', () => {
    const body = Array.from({ length: 70 }, (_, i) => `  total += ${i}`).join('\n')
    expect(lint(`export function planted(): number {\n  let total = 0\n${body}\n  return total\n}\n`)).toContain(
      'noExcessiveLinesPerFunction',
    )
  })

  it('a file of more than 400 lines is refused', () => {
    expect(lint(Array.from({ length: 420 }, (_, i) => `export const x${i} = ${i}`).join('\n'))).toContain(
      'noExcessiveLinesPerFile',
    )
  })

  it('short code passes, so the two above say something', () => {
    expect(lint('export const x = 1\n')).not.toContain('noExcessive')
  })
})

it('the lock file names no registry', () => {
  const lock = execFileSync('git', ['show', ':package-lock.json'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
  expect(lock).not.toContain('"resolved": "http')
})
