import { hexToBytes } from '@noble/hashes/utils.js'
import { ConetError } from '../errors/index.js'
import { checkPublicKey } from '../identity/index.js'
import { type Did, MAX_AMOUNT, parseAmount } from '../units/index.js'
import { assetId, did, hash } from './fields.js'
import type { Genesis, GenesisValidator } from './types.js'

/** Ledger id: part of every payload and of every `did:conet`. */
const LID = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/
/** Most decimals an asset may show; credits have 6. */
const MAX_DECIMALS = 18
/** Most voting power of one validator: sums of many stay far below 2^53 and the limit of engines. */
export const MAX_POWER = 1_000_000_000

type Raw = Readonly<Record<string, unknown>>

/**
 * Reads the JSON of a genesis file.
 *
 * @param value - untrusted, as parsed by JSON.parse
 * @throws {ConetError} `GENESIS_MALFORMED`; `data.path` names the place
 * @see docs/spec/ledger.md LED-2
 */
export function parseGenesis(value: unknown): Genesis {
  const raw = record(value, '')
  if (typeof raw.lid !== 'string' || !LID.test(raw.lid)) throw malformed('lid', '1 to 32 of a-z, 0-9 and -')
  if (typeof raw.timeMs !== 'number' || !Number.isSafeInteger(raw.timeMs) || raw.timeMs < 0) {
    throw malformed('timeMs', 'milliseconds since the Unix epoch')
  }
  const assets = items(raw.assets, 'assets').map(readAsset)
  const known = new Set(assets.map(asset => asset.id))
  if (known.size !== assets.length) throw malformed('assets', 'one entry per asset')
  const accounts = items(raw.accounts, 'accounts').map((entry, i) => readAccount(entry, `accounts/${i}`, known))
  const params = raw.params === undefined ? undefined : readParams(raw.params)
  const validators = raw.validators === undefined ? undefined : readValidators(raw.validators)
  const members = raw.members === undefined ? undefined : items(raw.members, 'members').map(readMember)
  return {
    lid: raw.lid,
    timeMs: raw.timeMs,
    assets,
    accounts,
    ...(params === undefined ? {} : { params }),
    ...(validators === undefined ? {} : { validators }),
    ...(members === undefined ? {} : { members }),
  }
}

function readMember(entry: unknown, i: number): Did {
  const member = did.read(entry)
  if (member === undefined) throw malformed(`members/${i}`, 'a DID')
  return member
}

function readValidators(value: unknown): readonly GenesisValidator[] {
  const validators = items(value, 'validators').map((entry, i) => readValidator(entry, `validators/${i}`))
  if (validators.length === 0) throw malformed('validators', 'left out, or a list of one or more')
  const keys = new Set(validators.map(validator => validator.publicKey))
  if (keys.size !== validators.length) throw malformed('validators', 'one entry per public key')
  return validators
}

function readValidator(entry: unknown, path: string): GenesisValidator {
  const raw = record(entry, path)
  const owner = did.read(raw.owner)
  if (owner === undefined) throw malformed(`${path}/owner`, 'a DID')
  const publicKey = hash.read(raw.publicKey)
  if (publicKey === undefined || !checkPublicKey(hexToBytes(publicKey)).ok) {
    throw malformed(`${path}/publicKey`, 'lower-case hex of the 32 bytes of an Ed25519 key')
  }
  const { power } = raw
  if (typeof power !== 'number' || !Number.isInteger(power) || power < 1 || power > MAX_POWER) {
    throw malformed(`${path}/power`, `an integer in 1..${MAX_POWER}`)
  }
  return { owner, publicKey, power }
}

function readAsset(entry: unknown, i: number): Genesis['assets'][number] {
  const raw = record(entry, `assets/${i}`)
  const id = assetId.read(raw.id)
  const issuer = did.read(raw.issuer)
  const { decimals } = raw
  if (id === undefined) throw malformed(`assets/${i}/id`, 'lower-case id of at most 32 characters')
  if (issuer === undefined) throw malformed(`assets/${i}/issuer`, 'a DID')
  if (typeof decimals !== 'number' || !Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS) {
    throw malformed(`assets/${i}/decimals`, `an integer in 0..${MAX_DECIMALS}`)
  }
  return { id, issuer, decimals }
}

function readAccount(entry: unknown, path: string, assets: ReadonlySet<string>): Genesis['accounts'][number] {
  const raw = record(entry, path)
  const owner = did.read(raw.owner)
  if (owner === undefined) throw malformed(`${path}/owner`, 'a DID')
  if (typeof raw.asset !== 'string' || !assets.has(raw.asset))
    throw malformed(`${path}/asset`, 'an asset of this genesis')
  const amount = parseAmount(raw.amount)
  if (amount === undefined) throw malformed(`${path}/amount`, `decimal text in 0..${MAX_AMOUNT}`)
  return { owner, asset: raw.asset, amount: amount.toString() }
}

function readParams(value: unknown): Record<string, Raw> {
  const raw = record(value, 'params')
  return Object.fromEntries(Object.entries(raw).map(([name, params]) => [name, record(params, `params/${name}`)]))
}

function record(value: unknown, path: string): Raw {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw
  throw malformed(path, 'an object')
}

function items(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw malformed(path, 'a list')
}

/** The error for a bad place of a genesis file. */
export function malformed(path: string, expected: string): ConetError {
  return new ConetError('GENESIS_MALFORMED', `genesis: ${path || 'the file'} must be ${expected}`, { data: { path } })
}
