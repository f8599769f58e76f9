import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { sha256 } from '@conet/core/identity'
import { headerHash, voteSignBytes } from '../header.js'
import { bytesToHex } from '../hex.js'
import { parseLightBlock } from '../parse.js'
import type { SignedHeaderJson } from '../types.js'
import { addressOf, validatorSet, validatorsHash } from '../validators.js'

/** RFC 8410: the fixed front of a private Ed25519 key in PKCS #8. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A validator with a fixed key. */
export interface TestValidator {
  readonly publicKey: string
  readonly power: number
  readonly key: KeyObject
}

export function testValidator(n: number, power: number): TestValidator {
  const der = Buffer.concat([PKCS8, Buffer.alloc(32, n)])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { publicKey: Buffer.from(x, 'base64url').toString('hex'), power, key }
}

export interface TestHeader {
  readonly chainId: string
  readonly height: number
  readonly timeMs: number
  readonly appHash: string
  readonly validators: readonly TestValidator[]
  readonly next?: readonly TestValidator[]
  /** Who signs; default everybody. */
  readonly signers?: readonly TestValidator[]
}

const EMPTY = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'

/** A signed header in the JSON of CometBFT, for cases that a real network does not give: forks, exact thresholds. */
export function signedHeader(made: TestHeader): SignedHeaderJson {
  const { chainId, height, validators, signers = validators } = made
  const time = new Date(made.timeMs).toISOString()
  const set = validatorSet(validators, sha256)
  const hashOfSet = (list: readonly TestValidator[]) => bytesToHex(validatorsHash(validatorSet(list, sha256), sha256))
  const header = {
    version: { block: '11' },
    chain_id: chainId,
    height: String(height),
    time,
    last_block_id: { hash: EMPTY, parts: { total: 1, hash: EMPTY } },
    last_commit_hash: EMPTY,
    data_hash: EMPTY,
    validators_hash: hashOfSet(validators),
    next_validators_hash: hashOfSet(made.next ?? validators),
    consensus_hash: EMPTY,
    app_hash: made.appHash,
    last_results_hash: EMPTY,
    evidence_hash: EMPTY,
    proposer_address: '00'.repeat(20),
  }
  const vote = (flag: number, address: string, signature: string | null) => ({
    block_id_flag: flag,
    validator_address: address,
    timestamp: time,
    signature,
  })
  const absent = vote(1, '', null)
  const commit = { height: String(height), round: 0, block_id: { hash: '', parts: { total: 1, hash: EMPTY } } }
  const shown = set.map(({ publicKey, power }) => ({
    pub_key: { type: 'tendermint/PubKeyEd25519', value: Buffer.from(publicKey).toString('base64') },
    voting_power: power.toString(),
  }))
  const draft = { header, commit: { ...commit, signatures: set.map(() => absent) }, validators: shown }
  const block = parseLightBlock(draft, { sha256 })
  const hash = headerHash(block.header, sha256)
  const [first] = block.commit.signatures
  const bytes = voteSignBytes(
    chainId,
    { ...block.commit, blockId: { ...block.commit.blockId, hash } },
    first?.time ?? { seconds: 0n, nanos: 0 },
  )
  const signatures = set.map(({ publicKey }) => {
    const signer = signers.find(one => one.publicKey === bytesToHex(publicKey))
    if (signer === undefined) return absent
    return vote(2, bytesToHex(addressOf(publicKey, sha256)), sign(null, bytes, signer.key).toString('base64'))
  })
  const block_id = { ...commit.block_id, hash: bytesToHex(hash) }
  return { header, commit: { ...commit, block_id, signatures }, validators: shown }
}
