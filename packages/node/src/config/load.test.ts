import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig, parseConfig, unknownVariables, VARIABLES } from './index.js'

function failure(run: () => unknown): ConetError {
  try {
    run()
  } catch (error) {
    if (error instanceof ConetError) return error
    throw error
  }
  throw new Error('expected a refusal')
}

const OFFER = `
offers:
  - key: home
    name: Home
    area: { lat: 52.5, lon: 13.4, radiusM: 200 }
    terms: { perGiB: "1000", perHour: 20, maxUnpaid: "5", maxUnpaidCap: "50" }
`

describe('configuration', () => {
  it('needs no file: every member has a default', () => {
    const config = parseConfig('')
    expect(config.api).toMatchObject({ host: '127.0.0.1', port: 8640, adminRemote: false })
    expect(config.ledger.engine).toBe('solo')
    expect(config.offers).toEqual([])
  })

  it('reads YAML and JSON alike and fills the terms with the defaults of the design', () => {
    const yaml = parseConfig(OFFER)
    expect(yaml.offers[0]?.terms).toMatchObject({
      trialMs: 2_000,
      restMs: 8_000,
      toleranceBps: 500,
      toleranceBytes: 262_144,
    })
    expect(parseConfig(JSON.stringify({ offers: yaml.offers })).offers).toEqual(yaml.offers)
  })

  it.each([
    ['api: { port: 70000 }', 'api.port'],
    ['api: { prot: 80 }', 'api.prot'],
    ['ledger: { engine: raft }', 'ledger.engine'],
    ['name: 7', 'name'],
    [OFFER.replace('"1000"', '-1'), 'offers.0.terms.perGiB'],
    [OFFER.replace('"1000"', '1.5'), 'offers.0.terms.perGiB'],
    [OFFER.replace('52.5', '"north"'), 'offers.0.area.lat'],
    ['- 1', 'the whole file'],
    [`${OFFER}    slice: gold slice`, 'offers.0.slice'],
    [`${OFFER}    slice: ""`, 'offers.0.slice'],
    [`${OFFER}    dataNetworks: [internet, my net]`, 'offers.0.dataNetworks.1'],
    [OFFER.replace('name: Home', `name: ${'n'.repeat(65)}`), 'offers.0.name'],
    ['name: "\u{1f468}\u200d\u{1f469}"', 'name'],
    ['name: "two\\nlines"', 'name'],
    ['api: { publicUrl: "https://a.example/?x=1" }', 'api.publicUrl'],
    ['api: { publicUrl: "https://a.example:99999" }', 'api.publicUrl'],
  ])('names the member that is wrong in %j', (text, path) => {
    const error = failure(() => parseConfig(text))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.data.path).toBe(path)
    expect(error.message).toContain(path)
  })

  it('takes every name that the ledger takes', () => {
    const names = ['n'.repeat(64), '\u{1f4f6}'.repeat(64), 'Büro 3. Stock']
    for (const name of names) expect(parseConfig(JSON.stringify({ name })).name).toBe(name)
    const { api } = parseConfig('api: { publicUrl: "https://[2001:db8::1]:8640/node/" }')
    expect(api.publicUrl).toBe('https://[2001:db8::1]:8640/node/')
  })

  it('refuses members that contradict each other', () => {
    expect(failure(() => parseConfig('ledger: { engine: follow }')).data.path).toBe('ledger.url')
    const lonely = `ledger: { engine: cometbft, cometbft: { peers: ["${'a'.repeat(40)}@h:1"] } }`
    expect(failure(() => parseConfig(lonely)).data.path).toBe('ledger.genesis')
    const twice = `${OFFER}${OFFER.slice(OFFER.indexOf('  - '))}`
    expect(failure(() => parseConfig(twice))).toMatchObject({ code: 'CONFIG_CONFLICT', data: { path: 'offers.1.key' } })
    const low = OFFER.replace('maxUnpaidCap: "50"', 'maxUnpaidCap: "4"')
    expect(failure(() => parseConfig(low)).data.path).toBe('offers.0.terms.maxUnpaidCap')
  })

  it('lets variables override the file and names the one that does not fit', () => {
    const config = parseConfig('api: { port: 1 }', { CONET_API_PORT: '9', CONET_API_HOSTS: 'a.example, b.example' })
    expect(config.api).toMatchObject({ port: 9, hosts: ['a.example', 'b.example'] })
    expect(failure(() => parseConfig('', { CONET_API_PORT: '80a' }))).toMatchObject({
      code: 'CONFIG_ENV',
      data: { path: 'CONET_API_PORT' },
    })
    expect(unknownVariables({ CONET_API_PROT: '1', CONET_API_PORT: '1', HOME: '/' })).toEqual(['CONET_API_PROT'])
  })

  it('maps every variable to a member that exists', () => {
    const samples: Record<string, string> = {
      'identity.method': 'key',
      'ledger.engine': 'solo',
      'readModel.url': 'postgres://h/d',
      'log.level': 'warn',
      'api.publicUrl': 'http://h',
      'ledger.url': 'http://h',
      'ledger.cometbft.peers': `${'a'.repeat(40)}@h:26656`,
      'ledger.cometbft.logLevel': 'info',
      'gateway.upstream.node': 'http://h',
    }
    const kinds = { text: 'text', 'whole number': '7', 'true or false': 'true', 'comma-separated list': 'x' }
    const env = Object.fromEntries(VARIABLES.map(v => [v.name, samples[v.path] ?? kinds[v.kind]]))
    expect(parseConfig('', env)).toMatchObject({ log: { level: 'warn' }, gateway: { upstream: { node: 'http://h' } } })
  })

  it('says which file cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'conet-config-'))
    try {
      const path = join(folder, 'node.yaml')
      expect(failure(() => loadConfig(path, {}))).toMatchObject({ code: 'CONFIG_UNREADABLE', data: { path } })
      writeFileSync(path, 'name: [')
      expect(failure(() => loadConfig(path, {})).code).toBe('CONFIG_SYNTAX')
      writeFileSync(path, 'name: campus')
      expect(loadConfig(path, {}).name).toBe('campus')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('counts an empty variable as unset, an empty list as a list', () => {
    const env = { CONET_DATA_DIR: '', CONET_API_PORT: '', CONET_API_ADMIN_REMOTE: '', CONET_API_HOSTS: '' }
    const file = JSON.stringify({ dataDir: '/d', api: { port: 1, adminRemote: true, hosts: ['a.example'] } })
    expect(parseConfig(file, env)).toMatchObject({ dataDir: '/d', api: { port: 1, adminRemote: true, hosts: [] } })
  })

  it('never fails other than by ConetError, whatever the text', () => {
    const member = fc.constantFrom(
      'api',
      'offers',
      'ledger',
      'gateway',
      'policy',
      'identity',
      'log',
      'name',
      '__proto__',
    )
    const tree = fc.dictionary(member, fc.jsonValue({ maxDepth: 4 }))
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      tree.map(value => JSON.stringify(value)),
      yamlish(),
    )
    const env = fc.dictionary(fc.constantFrom(...VARIABLES.map(v => v.name)), fc.string({ maxLength: 20 }))
    fc.assert(
      fc.property(text, env, (input, variables) => {
        try {
          parseConfig(input, variables)
        } catch (error) {
          expect(error).toBeInstanceOf(ConetError)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('where the data is', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conet-config-'))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(folder, { recursive: true })
  })

  const place = (path: string) => {
    const dir = join(folder, path)
    mkdirSync(dir, { recursive: true })
    return dir
  }
  const load = (dataDir: string, env = {}) => {
    const file = join(place('n'), 'config.yaml')
    writeFileSync(file, JSON.stringify({ dataDir }))
    return loadConfig(file, env).dataDir
  }
  const key = (dir: string) => {
    writeFileSync(join(dir, 'identity.key'), '')
    return dir
  }

  it('is told from the folder of the file, whatever the current one', () => {
    expect(load('node')).toBe(join(folder, 'n', 'node'))
    expect(load('/elsewhere')).toBe('/elsewhere')
  })

  it('is told by the variable from the current folder', () => {
    expect(load('node', { CONET_DATA_DIR: 'mine' })).toBe('mine')
    expect(load('node', { CONET_DATA_DIR: '' })).toBe(join(folder, 'n', 'node'))
  })

  it('is found where an older init made it, from every folder', () => {
    const made = key(place('n/node'))
    expect(load('n/node')).toBe(made)
    expect(load('../n/node')).toBe(made)
  })

  it('is found from the current folder if only that one holds a node', () => {
    const made = place('where/init/ran/data')
    vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'where/init/ran'))
    expect(load('data')).toBe(join(folder, 'n', 'data'))
    key(made)
    expect(load('data')).toBe(made)
  })
})

/** Fragments that YAML treats specially, in any order. */
function yamlish() {
  const parts = [
    '&a',
    '*a',
    '<<: *a',
    '!!binary x',
    '? ',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '|',
    '>',
    '"',
    "'",
    '\n  ',
    '\n',
    'api',
    '#',
    '%TAG',
    '---',
  ]
  return fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map(list => list.join(''))
}
