import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, type Node, parseConfig, startNode } from '@conet/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../exit.js'
import { runCli } from '../program.js'

const dir = mkdtempSync(join(tmpdir(), 'conet-consortium-'))
const file = (name: string) => join(dir, name)
const NOBODY = 'http://127.0.0.1:1'

async function run(home: string, node: string, ...argv: string[]) {
  let stdout = ''
  const streams = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: () => true } }
  const env = { CONET_HOME: file(home), CONET_NODE: node }
  const code = await runCli({ argv: [...argv, '--json'], env, streams, signal: new AbortController().signal })
  return { code, value: JSON.parse(stdout) }
}

/** A home whose node acts as a did:key: it can vote without its DID being on the ledger. */
function makeHome(name: string): void {
  mkdirSync(join(file(name), 'node'), { recursive: true })
  const config = { dataDir: join(file(name), 'node'), identity: { method: 'key' } }
  writeFileSync(join(file(name), 'config.yaml'), JSON.stringify(config))
}

const consortium = (home: string, ...argv: string[]) => run(home, NOBODY, 'consortium', ...argv)

async function describeTo(path: string, home: string, ...argv: string[]) {
  const { code, value } = await consortium(home, 'describe', '--lid', 'valley', '--name', home, ...argv)
  expect(code).toBe(EXIT.ok)
  writeFileSync(file(path), JSON.stringify(value))
  return value
}

beforeAll(() => {
  for (const home of ['rose', 'campus', 'tower', 'stranger']) makeHome(home)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('a genesis for all', () => {
  let hash = ''
  it('is made of the descriptions of nodes, and everybody joins the same', async () => {
    const rose = await describeTo('rose.json', 'rose', '--peer', '192.0.2.7:26656')
    await describeTo('campus.json', 'campus', '--peer', '192.0.2.8:26656', '--power', '30')
    const tower = await describeTo('tower.json', 'tower')
    expect(await describeTo('again.json', 'rose', '--peer', '192.0.2.7:26656')).toEqual(rose)
    const members = ['rose', 'campus', 'tower'].flatMap(name => ['--member', file(`${name}.json`)])
    const made = await consortium('rose', 'create', ...members, '--out', file('g.json'), '--credits', '2.5')
    expect(made.value).toMatchObject({ ok: true, lid: 'valley', validators: 2, members: 3 })
    hash = made.value.hash
    const genesis = JSON.parse(readFileSync(file('g.json'), 'utf8'))
    expect(genesis.members).toEqual([tower.owner])
    expect(genesis.validators).toMatchObject([
      { owner: rose.owner, publicKey: rose.publicKey, power: 10 },
      { power: 30 },
    ])
    expect(genesis.accounts).toHaveLength(3)
    const joined = await consortium('rose', 'join', file('g.json'), '--hash', hash, '--member', file('campus.json'))
    expect(joined.value).toMatchObject({ role: 'validator', peers: [expect.stringMatching(/@192\.0\.2\.8:26656$/)] })
    expect((await consortium('tower', 'join', file('g.json'), '--hash', hash)).value.role).toBe('member')
    expect((await consortium('stranger', 'join', file('g.json'), '--hash', hash)).value.role).toBe('follower')
  })

  it('is refused with another hash, and by a node that holds another ledger', async () => {
    const genesis = JSON.parse(readFileSync(file('g.json'), 'utf8'))
    writeFileSync(file('forged.json'), JSON.stringify({ ...genesis, timeMs: genesis.timeMs + 1 }))
    const forged = await consortium('tower', 'join', file('forged.json'), '--hash', hash)
    expect(forged).toMatchObject({ code: EXIT.refused, value: { error: { code: 'GENESIS_WRONG' } } })
    mkdirSync(join(file('tower'), 'node', 'ledger'))
    writeFileSync(join(file('tower'), 'node', 'ledger', 'genesis.json'), readFileSync(file('forged.json')))
    expect((await consortium('tower', 'join', file('g.json'), '--hash', hash)).value.error).toMatchObject({
      code: 'GENESIS_WRONG',
      message: expect.stringContaining('another genesis'),
    })
  })

  it('grows while nobody uses it, with another hash', async () => {
    await describeTo('stranger.json', 'stranger')
    const grown = await consortium(
      'rose',
      'create',
      '--add-to',
      file('g.json'),
      '--member',
      file('stranger.json'),
      '--out',
      file('g2.json'),
    )
    expect(grown.value).toMatchObject({ validators: 2 })
    expect(grown.value.hash).not.toBe(hash)
  })

  it.each([
    ['USAGE', ['describe']],
    ['USAGE', ['describe', '--lid', 'Valley!']],
    ['USAGE', ['describe', '--lid', 'valley', '--peer', 'nowhere']],
    ['USAGE', ['describe', '--lid', 'valley', '--peer', 'a:1', '--power', '0']],
    ['USAGE', ['create']],
    ['GENESIS_EXISTS', ['create', '--member', 'rose.json', '--out', 'g.json']],
    ['MEMBER_TWICE', ['create', '--member', 'rose.json', '--member', 'again.json', '--out', 'new.json']],
    ['LEDGER_WRONG', ['create', '--member', 'rose.json', '--member', 'hill.json', '--out', 'new.json']],
    ['DESCRIPTION_MALFORMED', ['create', '--member', 'g.json', '--out', 'new.json']],
    ['DESCRIPTION_MALFORMED', ['create', '--member', 'none.json', '--out', 'new.json']],
    ['GENESIS_MALFORMED', ['create', '--member', 'badkey.json', '--out', 'new.json']],
    ['USAGE', ['join', 'g.json']],
    ['GENESIS_MALFORMED', ['join', 'rose.json', '--hash', 'a'.repeat(64)]],
    ['USAGE', ['vote', '1', 'maybe']],
    ['USAGE', ['vote', 'one', 'yes']],
    ['USAGE', ['propose']],
    ['USAGE', ['propose', 'validator', 'did:key:x', 'ab']],
    ['USAGE', ['propose', 'params', 'sessions']],
    ['USAGE', ['propose', 'params', 'sessions', 'graceMs']],
    ['USAGE', ['leave', '--as', 'ghost']],
    ['USAGE', ['conquer']],
    ['NODE_UNREACHABLE', ['members']],
  ])('says %s to %j', async (code, argv) => {
    const rose = JSON.parse(readFileSync(file('rose.json'), 'utf8'))
    writeFileSync(file('hill.json'), JSON.stringify({ ...rose, lid: 'hill' }))
    writeFileSync(file('badkey.json'), JSON.stringify({ ...rose, publicKey: 'ab' }))
    const given = argv.map(word => (word.endsWith('.json') ? file(word) : word))
    expect((await consortium('rose', ...given)).value).toMatchObject({ ok: false, error: { code } })
  })
})

describe('a running ledger', () => {
  let node: Node
  const cli = (home: string, ...argv: string[]) => run(home, node.url, ...argv)
  const task = (home: string, ...argv: string[]) => cli(home, 'consortium', ...argv)
  let stranger = ''

  beforeAll(async () => {
    for (const home of ['a', 'b', 'c', 'd']) makeHome(home)
    for (const home of ['a', 'b', 'c']) await describeTo(`${home}.json`, home)
    stranger = (await consortium('d', 'describe', '--lid', 'valley')).value.owner
    const members = ['a', 'b', 'c'].flatMap(name => ['--member', file(`${name}.json`)])
    const made = await consortium('a', 'create', ...members, '--out', file('solo.json'))
    await consortium('a', 'join', file('solo.json'), '--hash', made.value.hash)
    const config = {
      dataDir: join(file('a'), 'node'),
      identity: { method: 'key' },
      ledger: { engine: 'solo', genesis: 'genesis.json' },
      api: { host: '127.0.0.1', port: 0 },
      gateway: { host: '127.0.0.1', port: 0 },
    }
    node = await startNode(parseConfig(JSON.stringify(config)), { log: createLogger('silent') })
  }, 30_000)
  afterAll(() => node.stop())

  it('admits whom more than two thirds want, and tells each mistake by its code', async () => {
    expect((await task('d', 'apply', 'Hill', 'Farm')).value.ok).toBe(true)
    expect((await task('a', 'members')).value).toMatchObject({ applications: [{ did: stranger, note: 'Hill Farm' }] })
    expect((await task('d', 'propose', 'admit', stranger)).value.error.code).toBe('NOT_MEMBER')
    expect((await task('d', 'propose', 'admit', stranger, '--as', 'node')).value.error.code).toBe('NOT_MEMBER')
    expect((await task('a', 'propose', 'admit', stranger)).code).toBe(EXIT.ok)
    expect((await task('b', 'vote', '1', 'yes')).code).toBe(EXIT.ok)
    expect(await task('b', 'vote', '1', 'no')).toMatchObject({
      code: EXIT.refused,
      value: { error: { code: 'VOTED_ALREADY', data: { choice: 'yes' } } },
    })
    expect((await task('a', 'proposals', '1')).value).toMatchObject({ status: 'open', votes: [{}, {}] })
    expect((await task('c', 'vote', '1', 'yes')).code).toBe(EXIT.ok)
    expect((await task('c', 'vote', '1', 'yes')).value.error.code).toBe('PROPOSAL_CLOSED')
    expect((await task('a', 'members')).value.items).toHaveLength(4)
    expect((await task('a', 'proposals', '9')).value.error.code).toBe('NOT_FOUND')
  })

  it('changes a parameter, takes a proposal back, and lets a member go', async () => {
    const changed = await task('a', 'propose', 'params', 'sessions', 'graceMs=7200000')
    expect(changed.code).toBe(EXIT.ok)
    expect((await task('a', 'propose', 'params', 'sessions', 'graceMs=1')).value.error.code).toBe('PARAMS_MALFORMED')
    expect((await task('b', 'withdraw', '2')).value.error.code).toBe('NOT_PROPOSER')
    expect((await task('a', 'withdraw', '2')).code).toBe(EXIT.ok)
    expect((await task('d', 'leave')).code).toBe(EXIT.ok)
    expect((await task('a', 'proposals')).value.items).toMatchObject([{ status: 'passed' }, { status: 'withdrawn' }])
  })

  it('proves a balance, and says what the proof of a single node is worth', async () => {
    const [{ did }] = (await task('a', 'members')).value.items
    const proven = await cli('a', 'balance', did, '--proof')
    expect(proven.value).toMatchObject({
      did,
      trust: 'one node',
      balances: [{ asset: 'credit', balance: '1000000000' }],
    })
    expect(proven.value.appHash).toMatch(/^[0-9a-f]{64}$/)
    const other = await cli('a', 'balance', did, '--proof', '--genesis', file('g.json'))
    expect(other.value.error.code).toBe('GENESIS_WRONG')
    expect((await cli('a', 'balance', did, '--proof', '--genesis', file('rose.json'))).value.error.code).toBe(
      'GENESIS_MALFORMED',
    )
  })
})
