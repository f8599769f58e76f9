import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createKeystore } from '@conet/client'
import { loadConfig, readKeyFile } from '@conet/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXIT } from './exit.js'
import { runCli } from './program.js'
import { openSeed } from './wallet.js'

/** The wallet of whoever runs the tests is left alone. */
const USER = '/nowhere/of/anyone'

/** Below a file nothing can be made. */
const NO_FOLDER = '/etc/passwd'

let dir = ''
let home = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'conet-mistakes-'))
  home = join(dir, 'n')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function run(argv: string[], env: NodeJS.ProcessEnv = {}) {
  let stdout = ''
  let stderr = ''
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  }
  const code = await runCli({ argv, env: { HOME: USER, ...env }, streams, signal: new AbortController().signal })
  return { code, stdout, stderr }
}

/** The error that a command ends with. */
async function failure(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout } = await run([...argv, '--json'], env)
  return { exit: code, ...(JSON.parse(stdout).error as { code: string; message: string }) }
}

describe('a port that is in use', () => {
  let taken: Server
  let port = 0
  beforeEach(async () => {
    taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    port = (taken.address() as AddressInfo).port
  })
  afterEach(() => taken.close())

  it('ends up and the demo at once, with advice', async () => {
    await run(['init', '--home', home])
    const env = { CONET_API_PORT: String(port), CONET_LOG_LEVEL: 'silent' }
    const wanted = { exit: EXIT.unreachable, code: 'LISTEN_FAILED' }
    const up = await failure(['up', '--home', home], env)
    expect(up).toMatchObject({ ...wanted, message: expect.stringContaining('CONET_API_PORT') })
    const demo = await failure(['demo', '--dir', join(dir, 'd'), '--port', String(port)])
    expect(demo).toMatchObject({ ...wanted, message: expect.stringContaining('choose another --port') })
  }, 60_000)
})

describe('init', () => {
  it('makes a node that is the same from every folder', async () => {
    await run(['init', '--home', relative(process.cwd(), home)])
    expect(readFileSync(join(home, 'config.yaml'), 'utf8')).not.toContain(process.cwd())
    expect(loadConfig(join(home, 'config.yaml'), {}).dataDir).toBe(join(home, 'node'))
  })

  it('takes an empty passphrase for none', async () => {
    expect((await run(['init', '--home', home], { CONET_PASSPHRASE: '' })).code).toBe(EXIT.ok)
    expect(JSON.parse(readFileSync(join(home, 'wallet.json'), 'utf8')).sealed).toBeUndefined()
    expect(readKeyFile(join(home, 'node', 'identity.key')).current).toHaveLength(32)
    expect(loadConfig(join(home, 'config.yaml'), {}).identity.passphraseEnv).toBeUndefined()
  })

  it.each([
    ['--follow', 'foo'],
    ['--follow', 'http://x: # y'],
    ['--name', ''],
    ['--name', 'x'.repeat(65)],
    ['--per-gib', '999999999999999'],
  ])('refuses what up would refuse, and makes nothing: %s %s', async (option, value) => {
    expect(await failure(['init', '--home', home, option, value])).toMatchObject({
      exit: EXIT.usage,
      code: 'USAGE',
      message: expect.stringContaining(option),
    })
    expect(existsSync(home)).toBe(false)
  })

  it('keeps an address with signs of YAML in it', async () => {
    const url = 'http://h/a: b # c'
    await run(['init', '--home', home, '--follow', url])
    expect(loadConfig(join(home, 'config.yaml'), {}).ledger).toMatchObject({ engine: 'follow', url })
  })
})

describe('what is empty', () => {
  it('counts as not given: the home', async () => {
    const { message } = await failure(['verify', '--home', ''], { CONET_HOME: '' })
    expect(message).toContain(join(USER, '.conet', 'node', 'ledger'))
  })

  it('counts as not given: the node', async () => {
    mkdirSync(home)
    const ask = () => failure(['consortium', 'members', '--home', home, '--node', ''], { CONET_NODE: '' })
    writeFileSync(join(home, 'node.url'), 'http://127.0.0.1:1\n')
    expect(await ask()).toMatchObject({ exit: EXIT.unreachable, message: expect.stringContaining('127.0.0.1:1') })
  })

  it('counts as not given: the stored node', async () => {
    mkdirSync(home)
    writeFileSync(join(home, 'node.url'), '\n')
    // Whether anything answers at the default does not matter here.
    const { stdout } = await run(['consortium', 'members', '--home', home, '--json'])
    expect(stdout).not.toContain('USAGE')
  })

  it('counts as not given: the admin token', async () => {
    const said = await failure(['sessions', '--home', home, '--node', 'http://127.0.0.1:1'], { CONET_ADMIN_TOKEN: '' })
    expect(said.code).toBe('ADMIN_TOKEN_MISSING')
  })

  it('counts as not given: the passphrase of a wallet', async () => {
    const balance = ['balance', '--home', home, '--node', 'http://127.0.0.1:1']
    expect((await failure(balance, { CONET_PASSPHRASE: '' })).code).toBe('NODE_UNREACHABLE')
    expect((await failure(balance)).code).toBe('NODE_UNREACHABLE')
  })

  it('still opens a wallet that was sealed under it', async () => {
    const seed = createKeystore(join(home, 'wallet.json'), '')
    expect(openSeed({ home, env: { CONET_PASSPHRASE: '' } })).toEqual(seed)
    expect(() => openSeed({ home, env: {} })).toThrow(expect.objectContaining({ code: 'PASSPHRASE_MISSING' }))
  })
})

describe('an address that is none', () => {
  it.each(['foo', 'ftp://x', 'http://'])('is a wrong command line: %s', async url => {
    const said = await failure(['consortium', 'members', '--home', home, '--node', url])
    expect(said).toMatchObject({ exit: EXIT.usage, code: 'USAGE', message: expect.stringContaining(`"${url}"`) })
  })
})

describe('a file that is not there', () => {
  it.each([
    [['up'], 'CONFIG_UNREADABLE', 'conet init'],
    [['gateway', 'helper', '--config', '/nowhere/gateway.json'], 'RULESET_INVALID', 'conet gateway setup --apply'],
    [['consortium', 'create', '--member', '/nowhere/rose.json'], 'DESCRIPTION_MALFORMED', 'check path'],
  ])('is told with what makes it: %j', async (argv, code, remedy) => {
    const said = await failure([...argv, '--home', home])
    expect(said).toMatchObject({ code, message: expect.stringContaining(remedy) })
  })
})

describe('a folder that is none', () => {
  it.each([
    [['init', '--home', NO_FOLDER], '--home'],
    [['balance', '--home', NO_FOLDER], '--home'],
    [['demo', '--once', '--dir', NO_FOLDER], '--dir'],
  ])('is named, with what to do: %j', async (argv, option) => {
    const said = await failure(argv)
    expect(said).toMatchObject({ exit: EXIT.refused, code: 'FOLDER_UNUSABLE' })
    expect(said.message).toMatch(new RegExp(`${NO_FOLDER}.*${option}`))
  })
})

describe('verify', () => {
  it('names the folder that is wanted', async () => {
    await run(['init', '--home', home])
    const ledger = join(home, 'node', 'ledger')
    for (const name of ['blocks', 'state']) mkdirSync(join(ledger, name), { recursive: true })
    writeFileSync(join(ledger, 'genesis.json'), '{}')
    for (const wrong of [home, join(home, 'node')]) {
      const said = await failure(['verify', wrong])
      expect(said).toMatchObject({ code: 'LEDGER_MISSING', message: expect.stringContaining(`${ledger}: give that`) })
    }
    for (const none of [dir, NO_FOLDER]) {
      const said = await failure(['verify', none])
      expect(said).toMatchObject({
        code: 'LEDGER_MISSING',
        message: expect.stringContaining('genesis.json and blocks'),
      })
    }
  })
})

describe('a wrong option', () => {
  it('has its code in text and in JSON, once', async () => {
    const { code, stderr } = await run(['balance', '--bogus'])
    expect(code).toBe(EXIT.usage)
    expect(stderr).toMatch(/^error USAGE: unknown option '--bogus'/)
    expect((await failure(['balance', '--bogus'])).message).toMatch(/^unknown option/)
  })

  it('is a log level that does not exist', async () => {
    const said = await failure(['demo', '--once', '--log', 'loud'])
    expect(said).toMatchObject({ exit: EXIT.usage, code: 'USAGE', message: expect.stringContaining('"loud"') })
  })
})
