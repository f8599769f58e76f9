import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionEvent, Offer } from '@conet/client'
import { FakeProvider } from '@conet/client/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { EXIT } from '../exit.js'
import { runCli } from '../program.js'
import { teller } from './connect.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** One `conet connect` through a provider of its own; `saw` is told all of standard output so far. */
async function connect(argv: readonly string[], saw: (stdout: string, end: () => void) => void = () => {}) {
  const provider = await FakeProvider.start()
  const home = mkdtempSync(join(tmpdir(), 'conet-connect-'))
  closers.push(
    () => rmSync(home, { recursive: true, force: true }),
    () => provider.die(),
  )
  const abort = new AbortController()
  let stdout = ''
  let stderr = ''
  const hear = (text: string) => {
    stdout += text
    saw(stdout, () => abort.abort())
  }
  const streams = { stdout: { write: hear }, stderr: { write: (text: string) => (stderr += text) } }
  const env = { PATH: process.env.PATH, CONET_HOME: home, CONET_NODE: provider.base }
  const ended = runCli({ argv: ['connect', ...argv], env, streams, signal: abort.signal })
  return { end: () => abort.abort(), result: ended.then(code => ({ code, stdout, stderr })) }
}

const run = async (...argv: string[]) => (await connect(argv)).result

describe('the exit status of a program behind --', () => {
  it('is its own, and 128 + n where a signal ended it', async () => {
    expect((await run('--', 'sh', '-c', 'exit 7')).code).toBe(7)
    expect((await run('--', 'sh', '-c', 'kill -9 $$')).code).toBe(137)
  })

  it('tells what cannot be executed from what is not there', async () => {
    const { code, stdout } = await run('--json', '--', '/etc/passwd')
    expect(code).toBe(126)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'PROGRAM_NOT_EXECUTABLE' })
    expect((await run('--', '/nosuch/program')).code).toBe(EXIT.notRun)
  })

  it('is that of an interruption when connect is ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conet-begun-'))
    closers.push(() => rmSync(folder, { recursive: true, force: true }))
    const { end, result } = await connect(['--', 'sh', '-c', 'touch "$0/begun"; sleep 60', folder])
    await expect.poll(() => existsSync(join(folder, 'begun')), { timeout: 20_000 }).toBe(true)
    end()
    expect((await result).code).toBe(EXIT.interrupted)
  })

  it('is that of an interruption, too, when connect is ended before the program begins', async () => {
    const { end, result } = await connect(['--', 'sh', '-c', 'exit 7'])
    end()
    expect((await result).code).toBe(EXIT.interrupted)
  })
})

describe('the end of the budget', () => {
  it('is named in the summary, as JSON and as text', async () => {
    const argv = ['--budget', '0.0013', '--', 'sleep', '3']
    const { stdout } = await run('--json', ...argv)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, endedBy: 'BUDGET_SPENT', paid: { credit: '1200' } })
    expect((await run(...argv)).stderr).toContain('BUDGET_SPENT: the budget is spent')
  })
})

describe('progress', () => {
  it('with --json and no program is one line when it listens and one at the end', async () => {
    const { result } = await connect(['--json'], (_, end) => end())
    const lines = (await result).stdout.trim().split('\n')
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { ok: true, listening: {} },
      { ok: true, sessions: [{}] },
    ])
    const { stdout } = await run('--help')
    expect(stdout.replace(/\s+/g, ' ')).toContain('--json prints two lines')
  })

  it('says what fails once, and again only when it changes', () => {
    const notes: string[] = []
    const tell = teller({ note: text => notes.push(text), step: () => {} })
    const offer = {
      id: 'a',
      providerName: 'campus',
      terms: { tariff: { perGiB: 1n, perHour: 1n } },
    } as unknown as Offer
    const fails = (code: string): ConnectionEvent[] => [
      { type: 'searching', reason: 'ended' },
      { type: 'refused', offer, code, message: 'it is so' },
      { type: 'offline', code, message: 'it is so' },
    ]
    const online: ConnectionEvent = { type: 'online', offer, sid: 's', timeToGrantMs: 1 }
    const down = fails('NODE_UNREACHABLE')
    for (const event of [...down, ...down, ...fails('TIMEOUT'), online, ...down, ...down]) tell(event)
    const words = notes.map(text => /NODE_UNREACHABLE|TIMEOUT|granted/.exec(text)?.[0])
    expect(words).toEqual([
      ...['NODE_UNREACHABLE', 'NODE_UNREACHABLE', 'TIMEOUT', 'TIMEOUT'],
      ...['granted', 'NODE_UNREACHABLE', 'NODE_UNREACHABLE'],
    ])
  })
})
