import { ok, type Result, reject } from '@conet/core/errors'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@conet/core/wire'

/** OWASP Password Storage Cheat Sheet (2023) for PBKDF2 with HMAC-SHA-256. */
const ITERATIONS = 600_000
/** More would keep a weak phone busy for minutes: nobody who stores a wallet here writes that. */
const MAX_ITERATIONS = 10_000_000
const SALT_BYTES = 16
/** What GCM is specified for (NIST SP 800-38D 5.2.1.1). */
const IV_BYTES = 12

/** A seed under a passphrase, as the browser keeps it. */
export interface Vault {
  readonly version: 1
  readonly iterations: number
  readonly salt: string
  readonly iv: string
  readonly sealed: string
}

/**
 * Whether this browser can keep a wallet: WebCrypto exists in secure contexts only (HTTPS, or this device itself). Elsewhere a
 * key lives as long as its tab; no cipher of our own stands in.
 */
export function canKeep(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

async function keyOf(passphrase: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const text = new Uint8Array(encodeUtf8(passphrase.normalize('NFKC')))
  const base = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveKey'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** Seals a seed: AES-256-GCM under PBKDF2. Takes about half a second by design. */
export async function sealSeed(seed: Uint8Array, passphrase: string): Promise<Vault> {
  const [salt, iv] = [SALT_BYTES, IV_BYTES].map(length => crypto.getRandomValues(new Uint8Array(length)))
  if (salt === undefined || iv === undefined) throw new Error('unreachable: two lengths give two arrays')
  const key = await keyOf(passphrase, salt, ITERATIONS)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array(seed))
  const text = { salt: encodeBase64url(salt), iv: encodeBase64url(iv), sealed: encodeBase64url(new Uint8Array(sealed)) }
  return { version: 1, iterations: ITERATIONS, ...text }
}

/** Opens a vault. @returns `PASSPHRASE_WRONG` also if the stored text was changed: GCM cannot tell these apart */
export async function openVault(vault: Vault, passphrase: string): Promise<Result<Uint8Array, 'PASSPHRASE_WRONG'>> {
  const [salt, iv, sealed] = [vault.salt, vault.iv, vault.sealed].map(text => decodeBase64url(text))
  if (salt === undefined || iv === undefined || sealed === undefined) return reject('PASSPHRASE_WRONG')
  try {
    const key = await keyOf(passphrase, new Uint8Array(salt), vault.iterations)
    const seed = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(iv) }, key, new Uint8Array(sealed))
    return ok(new Uint8Array(seed))
  } catch {
    return reject('PASSPHRASE_WRONG')
  }
}

/** Reads what the browser kept; `undefined` if it is no vault of ours. */
export function vaultFrom(text: string | null): Vault | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Vault> | null
    const { version, iterations = 0, salt, iv, sealed } = value ?? {}
    const texts = [salt, iv, sealed].every(part => typeof part === 'string')
    const counted = Number.isSafeInteger(iterations) && iterations >= 1 && iterations <= MAX_ITERATIONS
    return version === 1 && texts && counted ? (value as Vault) : undefined
  } catch {
    return undefined
  }
}
