import { describe, expect, it } from 'vitest'
import { sha256, verify } from '../identity/index.js'
import { decodeEnvelope, signEnvelope } from '../wire/index.js'
import { createApplication } from './machine.js'
import { memoryStorage } from './memory.js'
import type { Module } from './module.js'
import { type RecordedBlock, replayLedger } from './replay.js'
import { ASSET, genesisOf, LID, START_MS, tx, voucher, who } from './testing/index.js'
import { allModules } from './testing/modules.js'

const genesis = genesisOf({ client: 100n })
const options = { modules: allModules(), sha256, verify }

const signed = (one: ReturnType<typeof tx>) => signEnvelope(one.envelope.header.typ, one.envelope.payload, who.client)

/** Two blocks made by a ledger that verifies real signatures. */
function recorded(): RecordedBlock[] {
  const app = createApplication({ ...options, storage: memoryStorage() })
  app.initGenesis(genesis)
  const texts = [
    [signed(tx(who.client, 'accounts/transfer', { asset: ASSET, to: who.other.did, amount: '5' }))],
    [signed(voucher({ owed: '40' }))],
  ]
  return texts.map((txs, i) => {
    const block = { height: i + 1, timeMs: START_MS + 1000 * i }
    const messages = txs.map(text => {
      const envelope = decodeEnvelope(text, { sha256 })
      if (!envelope.ok) throw new Error(envelope.code)
      return { envelope: envelope.value, verifiedWith: undefined }
    })
    const { appHash, results } = app.finalizeBlock({ ...block, txs: messages })
    expect(results.map(result => result.code)).toEqual(['OK'])
    app.commit()
    return { ...block, txs, appHash }
  })
}

describe('replayLedger', () => {
  const blocks = recorded()
  const change = (i: number, fields: Partial<RecordedBlock>) =>
    blocks.map((block, n) => (n === i ? { ...block, ...fields } : block))

  it('finds nothing wrong with a true record', () => {
    const report = replayLedger(genesis, blocks, options)
    expect(report).toEqual({ blocks: 2, txs: 2, appHash: blocks[1]?.appHash, fault: undefined })
  })

  it.each([
    ['APP_HASH_DIFFERS', 2, () => change(1, { appHash: 'f'.repeat(64) })],
    ['APP_HASH_DIFFERS', 1, () => change(0, { txs: [] })],
    ['ENVELOPE_MALFORMED', 2, () => change(1, { txs: ['x.y.z'] })],
    ['BLOCK_OUT_OF_ORDER', 2, () => change(1, { timeMs: 5 })],
    ['BLOCK_OUT_OF_ORDER', 2, () => blocks.slice(1)],
  ] as const)('reports %s at block %i', (code, height, make) => {
    expect(replayLedger(genesis, make(), options).fault).toMatchObject({ code, height })
  })

  it('reports a forged signature as a differing app hash', () => {
    const text = blocks[0]?.txs[0] ?? ''
    const cut = text.lastIndexOf('.') + 1
    const forged = `${text.slice(0, cut)}${text[cut] === 'A' ? 'B' : 'A'}${text.slice(cut + 1)}`
    expect(replayLedger(genesis, change(0, { txs: [forged] }), options).fault).toMatchObject({
      code: 'APP_HASH_DIFFERS',
      height: 1,
    })
  })

  it('reports a broken invariant, also when only the end is checked', () => {
    const grumpy: Module = {
      name: 'grumpy',
      needs: [],
      codes: {},
      transitions: {},
      queries: {},
      invariants: {
        content: store =>
          store.get('sessions/params', { encode: String, decode: text => text }) === undefined ? 'never' : undefined,
      },
    }
    const modules = [...allModules(), grumpy]
    expect(replayLedger(genesis, blocks, { ...options, modules }).fault).toMatchObject({
      code: 'INVARIANT_BROKEN',
      height: 1,
    })
    expect(replayLedger(genesis, blocks, { ...options, modules, invariantsEvery: 50 }).fault).toMatchObject({
      code: 'INVARIANT_BROKEN',
      height: 2,
    })
  })

  it('refuses a record of another ledger', () => {
    const other = { ...genesis, lid: `${LID}-2` }
    expect(replayLedger(other, blocks, options).fault).toMatchObject({ code: 'APP_HASH_DIFFERS', height: 1 })
  })
})
