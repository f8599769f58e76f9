import { ConetError } from '@conet/core/errors'
import { hexToBytes } from './hex.js'
import type {
  BlockId,
  Commit,
  CommitSignature,
  Header,
  LightBlock,
  LightCrypto,
  LightValidator,
  SignedHeaderJson,
  Timestamp,
} from './types.js'
import { addressOf } from './validators.js'

/** Far above any consortium: bounds the work that an answer can cause. */
const MAX_VALIDATORS = 1_000
/** Block id flags of CometBFT. */
const ABSENT = 1
const FOR_BLOCK = 2
const FOR_NIL = 3

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/

type Raw = Readonly<Record<string, unknown>>

/**
 * Reads the JSON of a header with commit and validators.
 *
 * @param json - untrusted
 * @throws {ConetError} `HEADER_MALFORMED`; `data.field` names the place
 */
export function parseLightBlock(json: SignedHeaderJson, crypto: Pick<LightCrypto, 'sha256'>): LightBlock {
  const header = parseHeader(record(json.header, 'header'))
  const commit = parseCommit(record(json.commit, 'commit'))
  const validators = items(json.validators, 'validators').map(entry => parseValidator(entry, crypto))
  return { header, commit, validators, json: { header: json.header, commit: json.commit, validators: json.validators } }
}

function parseHeader(raw: Raw): Header {
  const version = record(raw.version, 'version')
  return {
    versionBlock: count(version.block ?? '0', 'version.block'),
    versionApp: count(version.app ?? '0', 'version.app'),
    chainId: text(raw.chain_id, 'chain_id'),
    height: height(raw.height, 'height'),
    time: time(raw.time, 'time'),
    lastBlockId: blockId(raw.last_block_id, 'last_block_id'),
    lastCommitHash: hex(raw.last_commit_hash, 'last_commit_hash'),
    dataHash: hex(raw.data_hash, 'data_hash'),
    validatorsHash: hex(raw.validators_hash, 'validators_hash'),
    nextValidatorsHash: hex(raw.next_validators_hash, 'next_validators_hash'),
    consensusHash: hex(raw.consensus_hash, 'consensus_hash'),
    appHash: hex(raw.app_hash, 'app_hash'),
    lastResultsHash: hex(raw.last_results_hash, 'last_results_hash'),
    evidenceHash: hex(raw.evidence_hash, 'evidence_hash'),
    proposerAddress: hex(raw.proposer_address, 'proposer_address'),
  }
}

function parseCommit(raw: Raw): Commit {
  const { round } = raw
  if (typeof round !== 'number' || !Number.isInteger(round) || round < 0) throw malformed('commit.round')
  return {
    height: height(raw.height, 'commit.height'),
    round,
    blockId: blockId(raw.block_id, 'commit.block_id'),
    signatures: items(raw.signatures, 'commit.signatures').map(parseSignature),
  }
}

function parseSignature(entry: unknown): CommitSignature {
  const raw = record(entry, 'signature')
  const flag = raw.block_id_flag
  if (flag !== ABSENT && flag !== FOR_BLOCK && flag !== FOR_NIL) throw malformed('block_id_flag')
  return {
    forBlock: flag === FOR_BLOCK,
    address: hex(raw.validator_address, 'validator_address'),
    time: time(raw.timestamp, 'timestamp'),
    signature: raw.signature === null ? new Uint8Array() : base64(raw.signature, 'signature'),
  }
}

/** The address is made from the key: what the answer says of it is not needed. */
function parseValidator(entry: unknown, crypto: Pick<LightCrypto, 'sha256'>): LightValidator {
  const raw = record(entry, 'validator')
  const publicKey = base64(record(raw.pub_key, 'pub_key').value, 'pub_key')
  if (publicKey.length !== 32) throw malformed('pub_key')
  const power = count(raw.voting_power, 'voting_power')
  if (power === 0n) throw malformed('voting_power')
  return { address: addressOf(publicKey, crypto.sha256), publicKey, power }
}

function blockId(value: unknown, field: string): BlockId {
  const raw = record(value, field)
  const parts = record(raw.parts, `${field}.parts`)
  const { total } = parts
  if (typeof total !== 'number' || !Number.isInteger(total) || total < 0) throw malformed(`${field}.parts.total`)
  return { hash: hex(raw.hash, field), partsTotal: total, partsHash: hex(parts.hash, `${field}.parts.hash`) }
}

function time(value: unknown, field: string): Timestamp {
  const [, whole, fraction = ''] = RFC3339.exec(text(value, field)) ?? []
  const ms = Date.parse(`${whole}Z`)
  if (whole === undefined || Number.isNaN(ms)) throw malformed(field)
  return { seconds: BigInt(ms / 1000), nanos: Number(fraction.padEnd(9, '0')) }
}

function height(value: unknown, field: string): number {
  const read = Number(count(value, field))
  if (read < 1 || !Number.isSafeInteger(read)) throw malformed(field)
  return read
}

/** Decimal text of an int64 that is not below zero. */
function count(value: unknown, field: string): bigint {
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) throw malformed(field)
  return BigInt(value)
}

function hex(value: unknown, field: string): Uint8Array {
  const found = text(value, field)
  if (found.length % 2 !== 0 || found.length > 64 || !/^[0-9A-Fa-f]*$/.test(found)) throw malformed(field)
  return hexToBytes(found)
}

function base64(value: unknown, field: string): Uint8Array {
  const found = text(value, field)
  if (found.length > 128 || !/^[A-Za-z0-9+/]*={0,2}$/.test(found) || found.length % 4 !== 0) throw malformed(field)
  return Uint8Array.from(atob(found), char => char.charCodeAt(0))
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= 200) return value
  throw malformed(field)
}

function record(value: unknown, field: string): Raw {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw
  throw malformed(field)
}

function items(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value) && value.length >= 1 && value.length <= MAX_VALIDATORS) return value
  throw malformed(field)
}

function malformed(field: string): ConetError {
  return new ConetError('HEADER_MALFORMED', `a header cannot be read at ${field}: ask another node`, {
    verdict: 'punish',
    data: { field },
  })
}
