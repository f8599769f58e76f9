import { ConetError } from '@conet/core/errors'
import { sha256, signerFromSeed, verifyBytes } from '@conet/core/identity'
import { createApplication, memoryStorage } from '@conet/core/ledger'
import { checkTermsBy, ledgerModules } from '@conet/core/ledger/modules'
import { SERVICE_TYPES } from '@conet/core/services'
import { decodeEnvelope, signEnvelope } from '@conet/core/wire'
import { describe, expect, it } from 'vitest'
import { chainIdOf } from './chain-id.js'
import { LightClient } from './light-client.js'
import { parseLightBlock } from './parse.js'
import {
  accountRecord,
  nodeHeaders,
  offerRecord,
  provenRecord,
  readBalance,
  readOffer,
  recordOfOneNode,
} from './proven.js'
import { signedHeader, type TestValidator, testValidator } from './testing/chain.js'
import type { HeaderSource, SignedHeaderJson } from './types.js'
import { validatorSet } from './validators.js'
import { verifyFirst, verifyNext } from './verify.js'

const crypto = { sha256, verify: verifyBytes }
const START_MS = 1_700_000_000_000
const signer = signerFromSeed(new Uint8Array(32).fill(1))
const owner = signer.did
const set = [testValidator(1, 10), testValidator(2, 10), testValidator(3, 10)]
const genesis = {
  lid: 'phone',
  timeMs: START_MS,
  assets: [{ id: 'credit', issuer: owner, decimals: 6 }],
  accounts: [{ owner, asset: 'credit', amount: '1234567' }],
  validators: set.map(({ publicKey, power }) => ({ owner, publicKey, power })),
}
const chainId = chainIdOf(genesis, sha256)
const trust = { chainId, trustingPeriodMs: 86_400_000, maxDriftMs: 1000, now: () => START_MS + 60_000 }

function header(height: number, appHash: string, options: Partial<Parameters<typeof signedHeader>[0]> = {}) {
  return signedHeader({ chainId, height, timeMs: START_MS + height * 1000, appHash, validators: set, ...options })
}

describe('thresholds', () => {
  const [one, two] = set as [TestValidator, TestValidator]
  it('takes more than two thirds, not two thirds', () => {
    const founders = validatorSet(set, sha256)
    const first = (signers?: readonly TestValidator[]) =>
      parseLightBlock(header(1, '', signers === undefined ? {} : { signers }), crypto)
    expect(verifyFirst(founders, first(), trust, crypto).ok).toBe(true)
    expect(verifyFirst(founders, first([one, two]), trust, crypto)).toMatchObject({ code: 'POWER_SHORT' })
  })

  it('skips with more than a third of the trusted ones, not a third; and steps by the hash of the next', () => {
    const others = [one, testValidator(8, 1), testValidator(9, 1)]
    const trusted = parseLightBlock(header(1, '', { next: others }), crypto)
    const later = parseLightBlock(header(3, '', { validators: others }), crypto)
    expect(verifyNext(trusted, later, trust, crypto)).toMatchObject({ code: 'TRUST_SHORT' })
    const adjacent = parseLightBlock(header(2, '', { validators: others }), crypto)
    expect(verifyNext(trusted, adjacent, trust, crypto).ok).toBe(true)
    const more = parseLightBlock(header(3, '', { validators: [one, two, testValidator(9, 1)] }), crypto)
    expect(verifyNext(trusted, more, trust, crypto).ok).toBe(true)
    const strangers = parseLightBlock(header(2, '', { validators: [testValidator(9, 5)] }), crypto)
    expect(verifyNext(trusted, strangers, trust, crypto)).toMatchObject({ code: 'VALIDATORS_WRONG' })
  })
})

/** A ledger whose blocks are all signed, as two nodes show it. */
function ledger() {
  const modules = ledgerModules(checkTermsBy(SERVICE_TYPES))
  const app = createApplication({ modules, storage: memoryStorage(), sha256 })
  app.initGenesis(genesis)
  const { appHash } = app.info()
  const headers: SignedHeaderJson[] = [header(1, appHash), header(2, appHash)]
  let early = 0
  const api = {
    base: 'http://first',
    early: (times: number) => {
      early = times
    },
    get: async <T>(path: string): Promise<T> => {
      const [, commit] = /^\/v1\/ledger\/commit\/(\d+)\?/.exec(path) ?? []
      if (commit !== undefined && early > 0) {
        early--
        throw new ConetError('NOT_FOUND', 'not yet')
      }
      const found = commit === undefined ? proof(path) : headers[Number(commit) - 1]
      if (found === undefined) throw new ConetError('NOT_FOUND', path)
      return found as T
    },
  }
  const proof = (path: string) => {
    const key = decodeURIComponent(path.replace('/v1/proofs/', ''))
    const found = app.prove(key)
    return found === undefined ? undefined : { ...found, height: app.info().height, appHash: app.info().appHash }
  }
  /** One more block, and the header that carries its app hash. */
  const append = (type: string, body: object) => {
    const payload = { lid: genesis.lid, exp: START_MS / 1000 + 60, nonce: 'AAAAAAAAAAAAAAAAAAAAAA', type, body }
    const envelope = decodeEnvelope(signEnvelope('conet-tx+jwt', payload, signer), { sha256 })
    if (!envelope.ok) throw new Error(envelope.code)
    const tx = { envelope: envelope.value, verifiedWith: signer.publicKey }
    const block = app.finalizeBlock({ height: app.info().height + 1, timeMs: START_MS + 1000, txs: [tx] })
    app.commit()
    headers[block.height] = header(block.height + 1, block.appHash)
    return block.results[0]
  }
  return { api, headers, appHash, append }
}

const clientOf = (source: HeaderSource, witness: HeaderSource = source) =>
  new LightClient({ ...trust, root: { validators: genesis.validators }, source, witnesses: [witness], crypto })
const wait = async () => {}

describe('records', () => {
  it('proves a balance against a header that the validators signed', async () => {
    const { api, appHash } = ledger()
    api.early(3)
    const client = clientOf(nodeHeaders(api))
    const proven = await provenRecord(client, api, accountRecord(owner, 'credit'), crypto, wait)
    expect(readBalance(proven)).toEqual({
      value: { balance: '1234567', held: '0', debt: '0' },
      height: 0,
      appHash,
      timeMs: START_MS + 1000,
    })
    const alone = await recordOfOneNode(api, accountRecord(owner, 'credit'), crypto)
    expect(readBalance(alone)).toMatchObject({ value: { balance: '1234567' }, timeMs: undefined })
  })

  it('proves an offer as the ledger holds it', async () => {
    const { api, append } = ledger()
    const price = { asset: 'credit', perGiB: '200000', perHour: '0' }
    const offer = {
      type: 'access',
      name: 'Campus',
      terms: {
        tariff: price,
        trialMs: 2000,
        restMs: 8000,
        toleranceBps: 500,
        toleranceBytes: '262144',
        maxUnpaid: '5000',
        maxUnpaidCap: '500000',
        shares: [],
      },
      area: { latE6: 0, lonE6: 0, radiusM: 100 },
      slice: 'default',
      dataNetworks: ['internet'],
      hops: 0,
      node: 'https://campus.example',
      expiresAt: START_MS + 3_600_000,
    }
    const published = append('registry/publishOffer', offer)
    expect(published).toMatchObject({ code: 'OK' })
    const id = published?.hash.slice(0, 32) ?? ''
    const proven = await provenRecord(clientOf(nodeHeaders(api)), api, offerRecord(id), crypto, wait)
    expect(readOffer(proven)).toMatchObject({ height: 1, value: { id, provider: owner, terms: { tariff: price } } })
  })

  it('refuses a record that was changed, another record, and another app hash', async () => {
    const { api } = ledger()
    const key = accountRecord(owner, 'credit')
    const lying = (change: (given: Record<string, unknown>) => object) => ({
      ...api,
      get: async <T>(path: string): Promise<T> => {
        const given = await api.get<Record<string, unknown>>(path)
        return (path.startsWith('/v1/proofs/') ? change(given) : given) as T
      },
    })
    const ask = (node: typeof api | ReturnType<typeof lying>, wanted = key) =>
      provenRecord(clientOf(nodeHeaders(api)), node, wanted, crypto, wait)
    const richer = lying(given => ({ ...given, value: String(given.value).replace('1234567', '9234567') }))
    await expect(ask(richer)).rejects.toMatchObject({ code: 'PROOF_WRONG' })
    const other = await api.get<Record<string, unknown>>('/v1/proofs/accounts/asset/credit')
    await expect(ask(lying(() => other))).rejects.toMatchObject({ code: 'PROOF_WRONG' })
    await expect(ask(lying(given => ({ ...given, height: -1 })))).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' })
    await expect(ask(api, accountRecord(owner, 'gold'))).rejects.toMatchObject({ code: 'RECORD_MISSING' })
    const forged = {
      ...api,
      get: async <T>(path: string) =>
        path.startsWith('/v1/proofs/') ? api.get<T>(path) : (header(1, 'ab'.repeat(32)) as T),
    }
    await expect(provenRecord(clientOf(nodeHeaders(forged)), api, key, crypto, wait)).rejects.toMatchObject({
      code: 'PROOF_WRONG',
    })
  })

  it('tells a lie from a fork at a height that it knows', async () => {
    const { headers } = ledger()
    const [first, second] = headers as [SignedHeaderJson, SignedHeaderJson]
    const of = (other: SignedHeaderJson): HeaderSource => ({
      name: 'x',
      signedHeader: async height => (height === 2 ? other : first),
    })
    const begin = (source: HeaderSource, witness: HeaderSource) =>
      new LightClient({ ...trust, root: { verified: second }, source, witnesses: [witness], crypto }).header(2)
    const forged = structuredClone(second)
    Object.assign(forged.header as object, { app_hash: 'ab'.repeat(32) })
    const twice = header(2, 'ab'.repeat(32))
    expect((await begin(of(second), of(second))).header.height).toBe(2)
    await expect(begin(of(forged), of(second))).rejects.toMatchObject({ code: 'COMMIT_WRONG' })
    await expect(begin(of(twice), of(second))).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
    await expect(begin(of(second), of(forged))).rejects.toMatchObject({ code: 'WITNESS_MISSING' })
    await expect(begin(of(second), of(twice))).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
  })

  it('shows a fork that more than two thirds signed twice', async () => {
    const { api, headers } = ledger()
    const forked: HeaderSource = {
      name: 'the other side',
      signedHeader: async height => (height === 2 ? header(2, 'ab'.repeat(32)) : headers[height - 1]),
    }
    await expect(clientOf(nodeHeaders(api), forked).header(2)).rejects.toMatchObject({
      code: 'LEDGER_FORKED',
      data: { height: 2, node: 'the other side' },
    })
  })
})
