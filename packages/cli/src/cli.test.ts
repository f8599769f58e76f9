import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { afterAll, describe, expect, it } from 'vitest'
import { COMMANDS } from './commands/index.js'
import { EXIT, exitCodeOf } from './exit.js'
import { credits, humanBytes, parseCredits, toJson } from './output.js'
import { runCli } from './program.js'

const home = mkdtempSync(join(tmpdir(), 'conet-cli-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Nothing listens on port 1 of loopback. */
const NOBODY = 'http://127.0.0.1:1'

async function run(...argv: string[]) {
  let stdout = ''
  let stderr = ''
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  }
  const env = { CONET_HOME: home, CONET_NODE: NOBODY }
  const code = await runCli({ argv, env, streams, signal: new AbortController().signal })
  return { code, stdout, stderr }
}

describe('every command', () => {
  it.each(COMMANDS.map(command => command.name))('%s has --help with an example and --json', async name => {
    const { code, stdout } = await run(name, '--help')
    expect(code).toBe(EXIT.ok)
    expect(stdout).toContain('--json')
    expect(stdout).toMatch(/Examples:\n {2}\$ conet /)
  })
})

describe('a wrong command line', () => {
  it.each([
    ['nosuch'],
    ['transfer'],
    ['offers', '--limit', '0'],
    ['offers', '--lat', '91', '--lon', '0'],
    ['transfer', 'did:key:zzz', '1'],
    ['transfer', 'somebody', '1'],
    ['transfer', 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd', '1', '--key', 'some-order'],
    ['transfer', 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd', '1e3'],
    ['connect', '--listen', 'nowhere'],
    ['connect', '--via', 'nowhere'],
    ['connect', '--exit', 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd'],
    ['relay'],
    ['relay', '--next', 'nowhere'],
    ['relay', '--next', '127.0.0.1:1', '--share', '0.001'],
    ['relay', '--next', '127.0.0.1:1', '--hours', 'always'],
    ['relay', '--next', '127.0.0.1:1', '--allow', 'Rose'],
    ['bench', 'nosuch'],
    ['demo', '--port', '70000'],
  ])('%s … ends with the usage code, and as JSON with one value', async (...argv) => {
    expect((await run(...argv)).code).toBe(EXIT.usage)
    const { code, stdout } = await run(...argv, '--json')
    expect(code).toBe(EXIT.usage)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^[A-Z_]+$/) } })
  })
})

describe('a node that is not there', () => {
  it('gives its own exit code and says what to check', async () => {
    const { code, stderr } = await run('offers')
    expect(code).toBe(EXIT.unreachable)
    expect(stderr).toMatch(/NODE_UNREACHABLE.*check the address/)
  })
})

describe('exit codes', () => {
  it('follow the error', () => {
    expect(exitCodeOf(new Error('x'))).toBe(EXIT.failed)
    expect(exitCodeOf(new ConetError('BALANCE_SHORT', 'x'))).toBe(EXIT.refused)
    expect(exitCodeOf(new ConetError('MEMPOOL_FULL', 'x', { verdict: 'retry' }))).toBe(EXIT.unreachable)
    expect(exitCodeOf(new ConetError('PROGRAM_FAILED', 'x'))).toBe(EXIT.notRun)
  })
})

describe('amounts', () => {
  it('are read exactly, and only as credits', () => {
    expect(parseCredits('1.5')).toBe(1_500_000n)
    expect(parseCredits('0.000001')).toBe(1n)
    for (const text of ['', '-1', '+1', '1e3', '1.0000001', '.5', '1.', '0x1', '1,5', ' 1']) {
      expect(() => parseCredits(text), text).toThrow(expect.objectContaining({ code: 'AMOUNT_MALFORMED' }))
    }
  })

  it('are written back as they were read', () => {
    for (const text of ['0', '1', '0.25', '12345678901234.000001']) expect(credits(parseCredits(text))).toBe(text)
    expect(credits(-1_500_000n)).toBe('-1.5')
  })

  it('are decimal text in JSON', () => expect(toJson({ paid: 2n ** 70n })).toBe('{"paid":"1180591620717411303424"}'))

  it('of bytes are short for people', () => {
    expect(humanBytes(999)).toBe('999 B')
    expect(humanBytes(20n * 2n ** 20n)).toBe('20.0 MiB')
  })
})
