import { randomBytes } from 'node:crypto'
import { ConetError } from '@conet/core/errors'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { keyError, readSecret, writeSecret } from './files.js'
import { SealedSchema, seal, unseal } from './seal.js'

const KeyFileSchema = Type.Object(
  {
    type: Type.Literal('conet-key'),
    version: Type.Literal(1),
    /** 64 bytes hex when there is no passphrase. */
    plain: Type.Optional(Type.String({ pattern: '^[0-9a-f]{128}$' })),
    sealed: Type.Optional(SealedSchema),
  },
  { additionalProperties: false },
)

/** An owner's Ed25519 seeds, 32 bytes each. */
export interface Seeds {
  /** Signs now. */
  readonly current: Uint8Array
  /** Committed to by hash only, and signs after the next rotation (pre-rotation of did:conet). */
  readonly next: Uint8Array
}

function encode(seeds: Seeds, passphrase: string | undefined): string {
  const secret = Buffer.concat([seeds.current, seeds.next])
  const body = passphrase === undefined ? { plain: secret.toString('hex') } : { sealed: seal(secret, passphrase) }
  return `${JSON.stringify({ type: 'conet-key', version: 1, ...body })}\n`
}

function decode(path: string): Static<typeof KeyFileSchema> {
  const text = readSecret(path)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Without a cause: a parser's message quotes the text, and the text is secret.
    throw keyError('KEY_FORM', path, 'this is not a key file; restore it from your copy')
  }
  if (Value.Check(KeyFileSchema, value) && (value.plain === undefined) !== (value.sealed === undefined)) return value
  throw keyError('KEY_FORM', path, 'this is not a key file of version 1; restore it from your copy')
}

function open(file: Static<typeof KeyFileSchema>, path: string, passphrase: string | undefined): Uint8Array {
  if (file.sealed === undefined) return new Uint8Array(Buffer.from(file.plain ?? '', 'hex'))
  if (passphrase === undefined) {
    throw keyError('KEY_PASSPHRASE_MISSING', path, 'the key is encrypted; set identity.passphraseEnv and that variable')
  }
  const secret = unseal(file.sealed, passphrase)
  if (secret === undefined)
    throw keyError('KEY_PASSPHRASE_WRONG', path, 'the passphrase does not open the key; check it')
  return secret
}

/** Fresh seeds from the system's random source. */
export function newSeeds(): Seeds {
  return { current: new Uint8Array(randomBytes(32)), next: new Uint8Array(randomBytes(32)) }
}

/**
 * Stores seeds in a new file of mode 0600, encrypted if a passphrase is given.
 *
 * @throws ConetError `KEY_EXISTS`, `KEY_STORAGE`
 */
export function writeKeyFile(path: string, seeds: Seeds, passphrase?: string): void {
  writeSecret(path, encode(seeds, passphrase))
}

/**
 * Reads the seeds of a file that only its owner may read.
 *
 * @throws ConetError `KEY_MISSING`, `KEY_PERMISSIONS`, `KEY_FORM`, `KEY_PASSPHRASE_MISSING`, `KEY_PASSPHRASE_WRONG`
 */
export function readKeyFile(path: string, passphrase?: string): Seeds {
  const secret = open(decode(path), path, passphrase)
  return { current: secret.slice(0, 32), next: secret.slice(32, 64) }
}

/**
 * Reads the key file, or makes it at the first start.
 *
 * @throws ConetError like `readKeyFile`, except `KEY_MISSING`
 */
export function readOrCreateKeyFile(path: string, passphrase?: string): Seeds {
  try {
    return readKeyFile(path, passphrase)
  } catch (error) {
    if (!(error instanceof ConetError) || error.code !== 'KEY_MISSING') throw error
  }
  const seeds = newSeeds()
  writeKeyFile(path, seeds, passphrase)
  return seeds
}
