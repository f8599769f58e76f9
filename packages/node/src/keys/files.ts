import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { KEY_CODES, type KeyCode } from './codes.js'
import { writeDurably } from './replace-file.js'

/** Far above every file of this room: 4 KiB. */
const MAX_BYTES = 4_096

/** Makes the error of a secret file; never carries its content. */
export function keyError(code: KeyCode, path: string, message: string, cause?: unknown): ConetError {
  return new ConetError(code, `${path}: ${message}`, { verdict: KEY_CODES[code], data: { path }, cause })
}

function codeOf(cause: unknown): unknown {
  return (cause as { code?: unknown }).code
}

/** Mode bits mean nothing on Windows: there the folder's access list is what protects. */
function checkMode(path: string, mode: number): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  const octal = (mode & 0o777).toString(8)
  throw keyError('KEY_PERMISSIONS', path, `others may use this secret (mode ${octal}); run: chmod 600 ${path}`)
}

/**
 * Reads a secret that only its owner may read.
 *
 * @throws ConetError `KEY_MISSING`, `KEY_PERMISSIONS`, `KEY_FORM` (not a small plain file), `KEY_STORAGE`
 */
export function readSecret(path: string): string {
  try {
    const stat = statSync(path)
    if (!stat.isFile() || stat.size > MAX_BYTES)
      throw keyError('KEY_FORM', path, 'this is not a key file; choose another path')
    checkMode(path, stat.mode)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof ConetError) throw cause
    if (codeOf(cause) === 'ENOENT')
      throw keyError('KEY_MISSING', path, 'there is no such file; make it with: conet init', cause)
    throw keyError('KEY_STORAGE', path, 'the file cannot be read; check its owner and the disk', cause)
  }
}

/**
 * Writes a new secret with mode 0600: after a crash it is there whole or not at all, and an existing file is never replaced.
 *
 * @throws ConetError `KEY_EXISTS`, `KEY_STORAGE`
 */
export function writeSecret(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.new`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeDurably(temporary, text, 'wx')
    // A link fails when the name is taken; a rename would replace the key that is there.
    linkSync(temporary, path)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw keyError('KEY_EXISTS', path, 'there is a secret already; move it away first', cause)
    throw keyError('KEY_STORAGE', path, 'the file cannot be written; check the folder and the disk', cause)
  } finally {
    try {
      unlinkSync(temporary)
    } catch {
      // Never made: the error above says why.
    }
  }
}
