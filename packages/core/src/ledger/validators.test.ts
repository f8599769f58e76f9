import { bytesToHex } from '@noble/hashes/utils.js'
import { expect, it } from 'vitest'
import { sha256 } from '../identity/index.js'
import { textCodec } from './codec.js'
import { MAX_POWER, parseGenesis } from './genesis.js'
import { createApplication } from './machine.js'
import { memoryStorage } from './memory.js'
import type { Module } from './module.js'
import { genesisOf, START_MS, who } from './testing/index.js'
import { allModules } from './testing/modules.js'
import type { Misbehaviour } from './types.js'

const key = (name: keyof typeof who) => bytesToHex(who[name].publicKey)
const validator = (name: keyof typeof who, fields: object = {}) => ({
  owner: who[name].did,
  publicKey: key(name),
  power: 10,
  ...fields,
})

it('reads the validators of a genesis', () => {
  const validators = [validator('client'), validator('provider', { power: MAX_POWER })]
  expect(parseGenesis({ ...genesisOf({}), validators }).validators).toEqual(validators)
  expect('validators' in parseGenesis(genesisOf({}))).toBe(false)
})

it.each([
  ['validators', []],
  ['validators', 'all'],
  ['validators', [validator('client'), validator('other', { publicKey: key('client') })]],
  ['validators/0/owner', [validator('client', { owner: 'me' })]],
  ['validators/0/publicKey', [validator('client', { publicKey: 'ab' })]],
  ['validators/0/publicKey', [validator('client', { publicKey: '00'.repeat(32) })]],
  ['validators/0/power', [validator('client', { power: 0 })]],
  ['validators/0/power', [validator('client', { power: 1.5 })]],
  ['validators/0/power', [validator('client', { power: MAX_POWER + 1 })]],
])('refuses a genesis with bad %s', (path, validators) => {
  expect(() => parseGenesis({ ...genesisOf({}), validators })).toThrow(
    expect.objectContaining({ code: 'GENESIS_MALFORMED', data: { path } }),
  )
})

/** Keeps who was accused and reports it as a validator that lost its power. */
const courtModule: Module = {
  name: 'court',
  needs: [],
  codes: {},
  transitions: {},
  queries: {},
  invariants: {},
  evidence: (store, { validator: accused }) => {
    store.set('court/accused', accused, textCodec)
    return [{ type: 'court/accused', accused }]
  },
  validatorUpdates: store => {
    if (store.get('court/accused', textCodec) === undefined) return []
    store.set('court/accused', undefined, textCodec)
    return [{ publicKey: key('client'), power: 0 }]
  },
}

const evidence: Misbehaviour = {
  kind: 'duplicate-vote',
  validator: bytesToHex(sha256(key('client'))).slice(0, 40),
  height: 1,
  timeMs: START_MS,
  totalPower: 20,
}

it('hands evidence to its module, and the changes of the set to the engine', () => {
  // Without the Conet ledger's own speaker for the validators.
  const modules = [...allModules().filter(module => module.evidence === undefined), courtModule]
  const app = createApplication({ modules, storage: memoryStorage(), sha256 })
  const genesis = app.initGenesis(genesisOf({}))
  const quiet = app.finalizeBlock({ height: 1, timeMs: START_MS, txs: [] })
  expect(quiet).not.toHaveProperty('validatorUpdates')
  expect(quiet.appHash).toBe(genesis.appHash)
  const block = app.finalizeBlock({ height: 1, timeMs: START_MS, txs: [], evidence: [evidence] })
  expect(block.scheduled).toEqual([{ type: 'court/accused', accused: evidence.validator }])
  expect(block.validatorUpdates).toEqual([{ publicKey: key('client'), power: 0 }])
  expect(block.appHash).not.toBe(genesis.appHash)
})

it('lets one module speak for the validators', () => {
  const modules = [...allModules().filter(module => module.evidence === undefined), courtModule]
  const again = { ...courtModule, name: 'appeal' }
  expect(() => createApplication({ modules: [...modules, again], storage: memoryStorage(), sha256 })).toThrow(
    expect.objectContaining({ code: 'MODULES_UNSATISFIED' }),
  )
})
