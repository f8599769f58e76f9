import { generateKeyPairSync, hash, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineError } from '../../codes.js'
import { writeFileDurably } from '../../replica/log/index.js'

/** CometBFT's names of its key types in JSON. */
const PUBLIC = 'tendermint/PubKeyEd25519'
const PRIVATE = 'tendermint/PrivKeyEd25519'
/** Bytes of a SHA-256 that make an address. */
const ADDRESS_BYTES = 20

/** What others need to know of a node's keys. */
export interface CometbftKeys {
  /** Name in the network of peers, `<nodeId>@host:port`: 40 hex digits. */
  readonly nodeId: string
  /** Hex of the 32 bytes with which this node would validate. */
  readonly validatorKey: string
}

/**
 * Reads the two keys in the folder of CometBFT, and makes them if there are none. The validator's key signs votes: two
 * processes must never use one, which is why it is not derived from the owner's seed.
 *
 * @param home - the folder; created with mode 0700
 * @throws ConetError `ENGINE_FAILED` if the validator's record of votes is missing
 */
export async function cometbftKeys(home: string): Promise<CometbftKeys> {
  mkdirSync(join(home, 'config'), { recursive: true, mode: 0o700 })
  mkdirSync(join(home, 'data'), { recursive: true, mode: 0o700 })
  expectVotes(home)
  const node = await keyIn(join(home, 'config', 'node_key.json'), key => ({ priv_key: key.priv_key }))
  const validator = await keyIn(join(home, 'config', 'priv_validator_key.json'), key => key)
  return { nodeId: addressOf(node), validatorKey: validator.toString('hex') }
}

/**
 * The record of what was last voted belongs to the key: without it a validator may vote twice at one height, which others
 * take for fraud. It is begun with a new key only.
 */
function expectVotes(home: string): void {
  const votes = join(home, 'data', 'priv_validator_state.json')
  const key = join(home, 'config', 'priv_validator_key.json')
  if (existsSync(votes)) return
  if (existsSync(key)) {
    const message = `${votes} is missing: without the record of its last vote this validator might vote twice.`
    const advice = 'Restore the file as it was last, or remove the key as well and be admitted with a new one.'
    throw engineError('ENGINE_FAILED', `${message} ${advice}`, { file: votes })
  }
  writeFileSync(votes, '{"height":"0","round":0,"step":0}', { mode: 0o600 })
}

/** First 20 bytes of SHA-256 of a public key, in hex: how CometBFT names who holds it. */
export function addressOf(publicKey: Uint8Array): string {
  return hash('sha256', publicKey, 'hex').slice(0, 2 * ADDRESS_BYTES)
}

interface KeyFile {
  readonly address: string
  readonly pub_key: { readonly type: string; readonly value: string }
  readonly priv_key: { readonly type: string; readonly value: string }
}

/** @returns the public key */
async function keyIn(path: string, shape: (key: KeyFile) => object): Promise<Buffer> {
  if (!existsSync(path)) await writeFileDurably(path, `${JSON.stringify(shape(newKey()), undefined, 2)}\n`)
  const { priv_key } = JSON.parse(readFileSync(path, 'utf8')) as Pick<KeyFile, 'priv_key'>
  // The private key of CometBFT is the seed, then the public key.
  return Buffer.from(priv_key.value, 'base64').subarray(32)
}

function newKey(): KeyFile {
  const pair = generateKeyPairSync('ed25519')
  const publicKey = jwkPart(pair.publicKey, 'x')
  const value = Buffer.concat([jwkPart(pair.privateKey, 'd'), publicKey]).toString('base64')
  return {
    address: addressOf(publicKey).toUpperCase(),
    pub_key: { type: PUBLIC, value: publicKey.toString('base64') },
    priv_key: { type: PRIVATE, value },
  }
}

function jwkPart(key: KeyObject, name: 'd' | 'x'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url')
}

/** A public key as CometBFT writes it in JSON. */
export function publicKeyJson(hex: string): KeyFile['pub_key'] {
  return { type: PUBLIC, value: Buffer.from(hex, 'hex').toString('base64') }
}
