import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'

/** RFC 7914: N = 2^15, r = 8 takes 32 MiB and about 80 ms, too slow to guess passphrases in bulk. */
const COST = { N: 2 ** 15, r: 8, p: 1 }
const MAX_MEMORY = 64 * 2 ** 20

const hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${bytes * 2}}$` })

/** Secret bytes under a passphrase: scrypt, then AES-256-GCM. */
export const SealedSchema = Type.Object(
  {
    kdf: Type.Literal('scrypt'),
    cipher: Type.Literal('aes-256-gcm'),
    salt: hex(16),
    nonce: hex(12),
    tag: hex(16),
    data: hex(64),
  },
  { additionalProperties: false },
)
export type Sealed = Static<typeof SealedSchema>

function derive(passphrase: string, salt: Uint8Array): Uint8Array {
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { ...COST, maxmem: MAX_MEMORY })
}

/** Encrypts 64 secret bytes; salt and nonce are fresh each time. */
export function seal(secret: Uint8Array, passphrase: string): Sealed {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', derive(passphrase, salt), nonce)
  const data = Buffer.concat([cipher.update(secret), cipher.final()]).toString('hex')
  const tag = cipher.getAuthTag().toString('hex')
  return { kdf: 'scrypt', cipher: 'aes-256-gcm', salt: salt.toString('hex'), nonce: nonce.toString('hex'), tag, data }
}

/** @returns the secret, or `undefined` if the passphrase is wrong or anything was changed */
export function unseal(sealed: Sealed, passphrase: string): Uint8Array | undefined {
  const key = derive(passphrase, Buffer.from(sealed.salt, 'hex'))
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce, 'hex'))
  decipher.setAuthTag(Buffer.from(sealed.tag, 'hex'))
  try {
    return new Uint8Array(Buffer.concat([decipher.update(Buffer.from(sealed.data, 'hex')), decipher.final()]))
  } catch {
    return undefined
  }
}
