import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { encodeDidKey, publicKeyFromSeed } from '@conet/core/identity'
import type { ClientCode } from '../codes.js'

/** RFC 7914: N = 2^15, r = 8 takes 32 MiB and about 80 ms, too slow to guess passphrases in bulk. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }
const HEX = /^([0-9a-f]{2})+$/
const SECRET_BYTES = 32

interface KeyFile {
  readonly type: 'conet-device-key'
  readonly version: 1
  /** Public, so that a wallet can be shown without its passphrase. */
  readonly did: string
  readonly seed?: string
  readonly sealed?: { readonly salt: string; readonly nonce: string; readonly tag: string; readonly data: string }
}

/**
 * Makes a new key file of mode 0600; its folder is made too (0700).
 *
 * @param passphrase - encrypts the seed with scrypt and AES-256-GCM; without one it lies open in the file
 * @returns the seed, 32 bytes
 * @throws ConetError `KEYSTORE_EXISTS`: an old key is never overwritten
 */
export function createKeystore(
  path: string,
  passphrase?: string,
  seed: Uint8Array = randomBytes(SECRET_BYTES),
): Uint8Array {
  const did = encodeDidKey(publicKeyFromSeed(seed))
  const secret = passphrase === undefined ? { seed: hex(seed) } : { sealed: seal(seed, did, passphrase) }
  const file: KeyFile = { type: 'conet-device-key', version: 1, did, ...secret }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    createDurably(path, `${JSON.stringify(file, null, 2)}\n`)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw fault('KEYSTORE_EXISTS', path, 'there is a key already; use it, or choose another file')
  }
  return new Uint8Array(seed)
}

/** Linking a finished draft shows the file whole at once: a full disk or a crash leaves none that looks like a key. */
function createDurably(path: string, text: string): void {
  const draft = `${path}.${hex(randomBytes(8))}.draft`
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Reads the seed of a key file that only its owner may read.
 *
 * @throws ConetError `KEYSTORE_MISSING`, `KEYSTORE_PERMISSIONS`, `KEYSTORE_FORM`, `PASSPHRASE_MISSING`, `PASSPHRASE_WRONG`
 */
export function openKeystore(path: string, passphrase?: string): Uint8Array {
  const file = read(path)
  if (file.sealed === undefined) return checked(path, file, Buffer.from(file.seed ?? '', 'hex'))
  if (passphrase === undefined) throw fault('PASSPHRASE_MISSING', path, 'the key is encrypted; give its passphrase')
  const seed = unseal(file.sealed, file.did, passphrase)
  if (seed === undefined) throw fault('PASSPHRASE_WRONG', path, 'the passphrase does not open the key')
  return checked(path, file, seed)
}

/** Opens a key file, or makes it the first time. @throws ConetError like `openKeystore` */
export function openOrCreateKeystore(path: string, passphrase?: string): Uint8Array {
  try {
    return openKeystore(path, passphrase)
  } catch (error) {
    if (!isCode(error, 'KEYSTORE_MISSING')) throw error
  }
  try {
    return createKeystore(path, passphrase)
  } catch (error) {
    // Another process made it meanwhile: both use that one.
    if (!isCode(error, 'KEYSTORE_EXISTS')) throw error
    return openKeystore(path, passphrase)
  }
}

function isCode(error: unknown, code: ClientCode): boolean {
  return error instanceof ConetError && error.code === code
}

function checked(path: string, file: KeyFile, seed: Uint8Array): Uint8Array {
  if (seed.length === SECRET_BYTES && encodeDidKey(publicKeyFromSeed(seed)) === file.did) return new Uint8Array(seed)
  throw fault('KEYSTORE_FORM', path, 'the seed does not belong to the DID in the file; restore it from your copy')
}

function read(path: string): KeyFile {
  let text: string
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw fault('KEYSTORE_PERMISSIONS', path, 'others may read the key; run chmod 600 on it')
    }
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw fault('KEYSTORE_MISSING', path, 'there is no key file; make one first')
  }
  const file = parse(text)
  if (file === undefined) throw fault('KEYSTORE_FORM', path, 'this is no key file of version 1')
  return file
}

function parse(text: string): KeyFile | undefined {
  try {
    const file = JSON.parse(text) as KeyFile
    const secrets = file.sealed === undefined ? [file.seed] : Object.values(file.sealed)
    const sound = secrets.length > 0 && secrets.every(one => typeof one === 'string' && HEX.test(one))
    return file.type === 'conet-device-key' && file.version === 1 && sound ? file : undefined
  } catch {
    return undefined
  }
}

function seal(seed: Uint8Array, did: string, passphrase: string): NonNullable<KeyFile['sealed']> {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', derive(passphrase, salt), nonce).setAAD(Buffer.from(did))
  const data = Buffer.concat([cipher.update(seed), cipher.final()])
  return { salt: hex(salt), nonce: hex(nonce), tag: hex(cipher.getAuthTag()), data: hex(data) }
}

function unseal(sealed: NonNullable<KeyFile['sealed']>, did: string, passphrase: string): Uint8Array | undefined {
  const [salt, nonce, tag, data] = [sealed.salt, sealed.nonce, sealed.tag, sealed.data].map(one =>
    Buffer.from(one, 'hex'),
  )
  if (salt === undefined || nonce?.length !== 12 || tag?.length !== 16 || data === undefined) return undefined
  const decipher = createDecipheriv('aes-256-gcm', derive(passphrase, salt), nonce).setAAD(Buffer.from(did))
  try {
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(data), decipher.final()])
  } catch {
    return undefined
  }
}

function derive(passphrase: string, salt: Uint8Array): Buffer {
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, COST)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function fault(code: ClientCode, path: string, what: string): ConetError {
  return new ConetError(code, `${path}: ${what}.`, { data: { path } })
}
