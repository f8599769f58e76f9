import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from './index.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-replace-'))
  path = join(folder, 'policy.json')
  writeFileSync(path, 'old')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Replaces the file in a process of its own, which can write so many blocks of one: the write that goes beyond is short. */
function withRoomFor(blocks: number, length: number) {
  const room = new URL('../../dist/keys/replace-file.js', import.meta.url)
  const program = `import { replaceFile } from '${room}'; replaceFile('${path}', 'x'.repeat(${length}))`
  const node = [process.execPath, '--input-type=module', '-e', program]
  return spawnSync('sh', ['-c', `ulimit -f ${blocks} && exec "$@"`, 'sh', ...node], { encoding: 'utf8' })
}

describe('a disk with room for a part', () => {
  it('is an error, and leaves the old file alone', () => {
    const run = withRoomFor(64, 100_000)
    expect(run.stderr).toContain('EFBIG')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['policy.json'])
  })

  it('with room for all of it takes the new content, so the test above says something', () => {
    const run = withRoomFor(1_024, 100_000)
    expect(run.stderr).toBe('')
    expect(readFileSync(path, 'utf8')).toHaveLength(100_000)
  })
})

it('replaces the whole content', () => {
  replaceFile(path, 'n')
  expect(readFileSync(path, 'utf8')).toBe('n')
})
