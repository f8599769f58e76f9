import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeystore, openKeystore, openOrCreateKeystore } from './keystore.js'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-keystore-'))
  path = join(folder, 'deep', 'wallet.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const codeOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return 'OK'
}

describe('the key file', () => {
  it('gives back the seed, is readable by its owner alone, and is never overwritten', () => {
    const seed = createKeystore(path)
    expect(openKeystore(path)).toEqual(seed)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(codeOf(() => createKeystore(path))).toBe('KEYSTORE_EXISTS')
    expect(openOrCreateKeystore(path)).toEqual(seed)
  })

  it('keeps the seed secret under a passphrase', () => {
    const seed = createKeystore(path, 'open sesame')
    expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(seed).toString('hex'))
    expect(openKeystore(path, 'open sesame')).toEqual(seed)
    expect(codeOf(() => openKeystore(path))).toBe('PASSPHRASE_MISSING')
    expect(codeOf(() => openKeystore(path, 'open barley'))).toBe('PASSPHRASE_WRONG')
  })

  it('refuses files that others may read, that are damaged, or that are not there', () => {
    expect(codeOf(() => openKeystore(path))).toBe('KEYSTORE_MISSING')
    createKeystore(path)
    chmodSync(path, 0o644)
    expect(codeOf(() => openKeystore(path))).toBe('KEYSTORE_PERMISSIONS')
    chmodSync(path, 0o600)
    const file = JSON.parse(readFileSync(path, 'utf8'))
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"type":"other"}',
      JSON.stringify({ ...file, seed: '00'.repeat(32) }),
    ]) {
      writeFileSync(path, text)
      expect(
        codeOf(() => openKeystore(path)),
        text,
      ).toBe('KEYSTORE_FORM')
    }
  })
})
