import { readFileSync } from 'node:fs'
import { sha256, verifyBytes } from '@conet/core/identity'
import { describe, expect, it } from 'vitest'
import { headerHash } from './header.js'
import { bytesToHex, hexToBytes } from './hex.js'
import { hashOf, LightClient, type LightClientOptions } from './light-client.js'
import { merkleRoot } from './merkle.js'
import { parseLightBlock } from './parse.js'
import type { HeaderSource, SignedHeaderJson, TrustRoot } from './types.js'
import { validatorSet, validatorsHash } from './validators.js'
import { milliseconds, verifyFirst, verifyNext } from './verify.js'

interface Vectors {
  readonly chainId: string
  readonly founders: readonly { readonly pub_key: { readonly value: string }; readonly power: string }[]
  readonly heights: readonly SignedHeaderJson[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../vectors/light-client.json', import.meta.url), 'utf8'),
) as Vectors
const crypto = { sha256, verify: verifyBytes }
const LAST = vectors.heights.length
const DAY_MS = 86_400_000
const at = (height: number): SignedHeaderJson => {
  const found = vectors.heights[height - 1]
  if (found === undefined) throw new Error(`no vector of height ${height}`)
  return found
}
const block = (height: number) => parseLightBlock(at(height), crypto)
const now = () => milliseconds(block(LAST).header.time) + 1000
const trust = { chainId: vectors.chainId, trustingPeriodMs: DAY_MS, maxDriftMs: 1000, now }
const founders = vectors.founders.map(({ pub_key, power }) => ({
  publicKey: bytesToHex(Uint8Array.from(atob(pub_key.value), char => char.charCodeAt(0))),
  power: Number(power),
}))
const genesis: TrustRoot = { validators: founders }

/** A deep copy with one member changed; `path` as in `commit.signatures.0.signature`. */
function changed(json: SignedHeaderJson, path: string, value: unknown): SignedHeaderJson {
  const copy = structuredClone(json) as unknown as Record<string, unknown>
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const inner = steps.reduce((place, step) => place[step] as Record<string, unknown>, copy)
  inner[last] = value
  return copy as unknown as SignedHeaderJson
}

class Source implements HeaderSource {
  asked: number[] = []
  constructor(
    readonly name = 'primary',
    readonly change: (json: SignedHeaderJson, height: number) => SignedHeaderJson | undefined = json => json,
  ) {}

  async signedHeader(height: number) {
    this.asked.push(height)
    const json = vectors.heights[height - 1]
    return json === undefined ? undefined : this.change(json, height)
  }
}

const client = (options: Partial<LightClientOptions> = {}) =>
  new LightClient({
    ...trust,
    root: genesis,
    source: new Source(),
    witnesses: [new Source('witness')],
    crypto,
    ...options,
  })

describe('encoding', () => {
  it('hashes every recorded header and validator set as CometBFT did', () => {
    expect(LAST).toBeGreaterThan(20)
    for (let height = 1; height <= LAST; height++) {
      const { header, commit, validators } = block(height)
      expect(bytesToHex(headerHash(header, sha256))).toBe(bytesToHex(commit.blockId.hash))
      expect(bytesToHex(validatorsHash(validators, sha256))).toBe(bytesToHex(header.validatorsHash))
    }
  })

  it('makes the tree of RFC 6962', () => {
    const root = (...items: string[]) => bytesToHex(merkleRoot(items.map(hexToBytes), sha256))
    // The test vectors of the certificate-transparency project for 0, 1, 2, 3 and 8 leaves.
    expect(root()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(root('')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(root('', '00')).toBe('fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125')
    expect(root('', '00', '10')).toBe('aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77')
    const eight = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    expect(root(...eight)).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
  })

  it('orders the founders as CometBFT does', () => {
    expect(bytesToHex(validatorsHash(validatorSet(founders, sha256), sha256))).toBe(
      bytesToHex(block(1).header.validatorsHash),
    )
  })
})

describe('verification', () => {
  it('follows the chain height by height from the founders', () => {
    let trusted = block(1)
    expect(verifyFirst(validatorSet(founders, sha256), trusted, trust, crypto).ok).toBe(true)
    for (let height = 2; height <= LAST; height++) {
      const next = verifyNext(trusted, block(height), trust, crypto)
      expect(next).toMatchObject({ ok: true })
      trusted = block(height)
    }
  })

  it('skips as far as a third of the trusted validators signed, and no further', () => {
    expect(verifyNext(block(1), block(14), trust, crypto).ok).toBe(true)
    expect(verifyNext(block(1), block(LAST), trust, crypto)).toMatchObject({ code: 'TRUST_SHORT' })
  })

  const signed = at(8)
  const signatures = (signed.commit as { signatures: Record<string, unknown>[] }).signatures
  const absent = { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null }
  const others = at(15)
  it.each<[string, string, SignedHeaderJson]>([
    ['a changed app hash', 'COMMIT_WRONG', changed(signed, 'header.app_hash', 'FF00000000000000')],
    ['a changed time', 'COMMIT_WRONG', changed(signed, 'header.time', '2026-11-22T09:25:00.000000001Z')],
    ['a commit of another height', 'COMMIT_WRONG', { ...signed, commit: at(9).commit }],
    ['a commit for another part set', 'SIGNATURE_WRONG', changed(signed, 'commit.block_id.parts.total', 2)],
    ['another round', 'SIGNATURE_WRONG', changed(signed, 'commit.round', 7)],
    [
      'a moved signature time',
      'SIGNATURE_WRONG',
      changed(signed, 'commit.signatures.0.timestamp', '2026-11-22T09:25:00Z'),
    ],
    [
      'a signature of another validator',
      'SIGNATURE_WRONG',
      changed(signed, 'commit.signatures.0.signature', signatures[1]?.signature),
    ],
    ['signatures in another order', 'COMMIT_WRONG', changed(signed, 'commit.signatures', [...signatures].reverse())],
    ['a signature too few', 'COMMIT_WRONG', changed(signed, 'commit.signatures', signatures.slice(1))],
    ['25 of 55 in power', 'POWER_SHORT', changed(signed, 'commit.signatures', [signatures[0], absent, absent, absent])],
    ['a validator set that is not the header’s', 'VALIDATORS_WRONG', { ...signed, validators: others.validators }],
    ['more power than the header says', 'VALIDATORS_WRONG', changed(signed, 'validators.0.voting_power', '1000')],
  ])('refuses %s with %s', (_, code, json) => {
    expect(verifyNext(block(7), parseLightBlock(signed, crypto), trust, crypto).ok).toBe(true)
    expect(verifyNext(block(7), parseLightBlock(json, crypto), trust, crypto)).toMatchObject({ code })
    expect(verifyNext(block(4), parseLightBlock(json, crypto), trust, crypto)).toMatchObject({ ok: false })
  })

  it('needs three of four equal validators', () => {
    // Height 3: four validators of 10. Three signatures are enough, two of four are not.
    const json = at(3)
    const all = (json.commit as { signatures: unknown[] }).signatures
    const of = (...kept: number[]) =>
      parseLightBlock(
        changed(
          json,
          'commit.signatures',
          all.map((one, i) => (kept.includes(i) ? one : absent)),
        ),
        crypto,
      )
    expect(verifyNext(block(2), of(0, 1, 2), trust, crypto).ok).toBe(true)
    expect(verifyNext(block(2), of(0, 1), trust, crypto)).toMatchObject({ code: 'POWER_SHORT' })
  })

  it('refuses a vote counted twice, another chain, the past, the future and what was trusted too long ago', () => {
    const json = at(14)
    const twice = (json.commit as { signatures: unknown[] }).signatures
    const doubled = changed(json, 'commit.signatures', [twice[0], twice[0], twice[2], twice[3]])
    expect(verifyNext(block(8), parseLightBlock(doubled, crypto), trust, crypto)).toMatchObject({ code: 'VOTED_TWICE' })
    const with_ = (options: Partial<typeof trust>) => verifyNext(block(2), block(3), { ...trust, ...options }, crypto)
    expect(with_({ chainId: 'another' })).toMatchObject({ code: 'CHAIN_WRONG' })
    expect(verifyNext(block(3), block(2), trust, crypto)).toMatchObject({ code: 'HEADER_ORDER' })
    expect(with_({ now: () => milliseconds(block(1).header.time) - 5000 })).toMatchObject({ code: 'HEADER_ORDER' })
    expect(with_({ now: () => milliseconds(block(2).header.time) + DAY_MS })).toMatchObject({ code: 'TRUST_EXPIRED' })
    expect(with_({ now: () => milliseconds(block(2).header.time) + DAY_MS - 1 }).ok).toBe(true)
  })

  it.each([
    ['header', 'not an object'],
    ['header.height', 5],
    ['header.height', '0'],
    ['header.time', 'yesterday'],
    ['header.app_hash', 'xyz'],
    ['commit.signatures', []],
    ['commit.signatures', Array.from({ length: 1001 }, () => absent)],
    ['commit.signatures.0.block_id_flag', 9],
    ['commit.round', -1],
    ['validators.0.pub_key', { type: 'tendermint/PubKeyEd25519', value: 'AAAA' }],
    ['validators.0.voting_power', '-1'],
  ])('cannot read %s = %j', (path, value) => {
    expect(() => parseLightBlock(changed(signed, path, value), crypto)).toThrow(
      expect.objectContaining({ code: 'HEADER_MALFORMED' }),
    )
  })
})

describe('the client', () => {
  it('finds its way by halves, and asks for less afterwards', async () => {
    const source = new Source()
    const light = client({ source })
    expect(bytesToHex((await light.header(LAST)).header.appHash)).toBe('0a00000000000000')
    expect(source.asked.length).toBeLessThan(LAST)
    source.asked = []
    await light.header(LAST - 1)
    expect(source.asked.length).toBeLessThanOrEqual(2)
    expect(light.newest?.header.height).toBe(LAST)
  })

  it('begins with what it verified before, or with a hash that somebody told', async () => {
    const verified: TrustRoot = { verified: at(12) }
    expect((await client({ root: verified }).header(LAST)).header.height).toBe(LAST)
    await expect(client({ root: verified }).header(3)).rejects.toMatchObject({ code: 'HEADER_TOO_OLD' })
    const told: TrustRoot = { height: 12, hash: hashOf(block(12), crypto).toUpperCase() }
    expect((await client({ root: told }).header(LAST)).header.height).toBe(LAST)
    await expect(client({ root: { ...told, hash: hashOf(block(13), crypto) } }).header(LAST)).rejects.toMatchObject({
      code: 'COMMIT_WRONG',
    })
  })

  it('refuses founders who are not those of the chain', async () => {
    const root: TrustRoot = { validators: founders.slice(1) }
    await expect(client({ root }).header(5)).rejects.toMatchObject({ code: 'VALIDATORS_WRONG' })
  })

  it('refuses a genesis that is too old without anything newer', async () => {
    const later = () => now() + 2 * DAY_MS
    await expect(client({ now: later }).header(5)).rejects.toMatchObject({ code: 'TRUST_EXPIRED' })
  })

  it('refuses an answer of another height', async () => {
    const source = new Source('liar', (json, height) => (height === 9 ? at(8) : json))
    await expect(client({ source }).header(9)).rejects.toMatchObject({ code: 'COMMIT_WRONG' })
  })

  it('believes nothing that no other node confirms', async () => {
    const missing = new Source('behind', () => undefined)
    const broken: HeaderSource = { name: 'down', signedHeader: async () => Promise.reject(new Error('gone')) }
    await expect(client({ witnesses: [] }).header(5)).rejects.toMatchObject({ code: 'WITNESS_MISSING' })
    await expect(client({ witnesses: [missing, broken] }).header(5)).rejects.toMatchObject({ code: 'WITNESS_MISSING' })
    const light = client({ witnesses: [missing, broken, new Source('third')] })
    expect((await light.header(5)).header.height).toBe(5)
    await expect(client().header(LAST + 1)).rejects.toMatchObject({ code: 'HEADER_MISSING' })
  })

  it('does not believe a witness that cannot prove what it says', async () => {
    const liar = new Source('liar', json => changed(json, 'header.app_hash', 'FF00000000000000'))
    await expect(client({ witnesses: [liar] }).header(5)).rejects.toMatchObject({ code: 'WITNESS_MISSING' })
    expect((await client({ witnesses: [liar, new Source('third')] }).header(5)).header.height).toBe(5)
  })
})
