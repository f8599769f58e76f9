import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from '../config/index.js'
import { createLogger } from '../log/index.js'
import { openPolicy } from './policy.js'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'conet-policy-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

/** What is in force, and the warnings about it. */
function open(policy: object | undefined) {
  const lines: Record<string, unknown>[] = []
  const log = createLogger('warn', { write: (line: string) => void lines.push(JSON.parse(line)) })
  const store = openPolicy(parseConfig(JSON.stringify({ dataDir, policy })), log)
  return { sharing: store.get().sharing, warned: lines.map(line => line.path) }
}

it('warns if what is stored wins over another policy of the configuration, and only then', () => {
  const path = join(dataDir, 'policy.json')
  expect(open({ sharing: false })).toEqual({ sharing: false, warned: [] })
  writeFileSync(path, '{"limits":{"maxSessions":10000},"sharing":true}')
  expect(open({ sharing: false })).toEqual({ sharing: true, warned: [path] })
  expect(open({ sharing: true })).toEqual({ sharing: true, warned: [] })
  expect(open(undefined)).toEqual({ sharing: true, warned: [] })
})
