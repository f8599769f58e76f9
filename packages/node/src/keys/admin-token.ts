import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ConetError } from '@conet/core/errors'
import { keyError, readSecret, writeSecret } from './files.js'

/** 32 random bytes in base64url. */
const FORM = /^[A-Za-z0-9_-]{43}$/

/**
 * Reads the admin token, or makes one at the first start (mode 0600).
 *
 * @throws ConetError `KEY_PERMISSIONS`, `KEY_FORM`, `KEY_STORAGE`
 */
export function readOrCreateAdminToken(path: string): string {
  try {
    const token = readSecret(path).trim()
    if (FORM.test(token)) return token
    throw keyError('KEY_FORM', path, 'this is not an admin token; remove the file and a new one is made')
  } catch (error) {
    if (!(error instanceof ConetError) || error.code !== 'KEY_MISSING') throw error
  }
  const token = randomBytes(32).toString('base64url')
  writeSecret(path, `${token}\n`)
  return token
}

/** Compares in a time that depends on neither text. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
