import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  newSeeds,
  readKeyFile,
  readOrCreateAdminToken,
  readOrCreateKeyFile,
  sameToken,
  withPassphrase,
  writeKeyFile,
} from './index.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-keys-'))
  path = join(folder, 'inner', 'identity.key')
})
afterEach(() => rmSync(folder, { recursive: true }))

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('key file', () => {
  it('gives back what was stored, mode 0600, and leaves no other file', () => {
    const seeds = readOrCreateKeyFile(path)
    expect(seeds.current).toHaveLength(32)
    expect(seeds.next).not.toEqual(seeds.current)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readOrCreateKeyFile(path)).toEqual(seeds)
    expect(readdirSync(join(folder, 'inner'))).toEqual(['identity.key'])
  })

  it('keeps seeds under a passphrase: nothing of them is in the file', () => {
    const seeds = newSeeds()
    writeKeyFile(path, seeds, 'correct horse')
    expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(seeds.current).toString('hex'))
    expect(readKeyFile(path, 'correct horse')).toEqual(seeds)
    expect(() => readKeyFile(path)).toThrowError(code('KEY_PASSPHRASE_MISSING'))
    expect(() => readKeyFile(path, 'wrong horse')).toThrowError(code('KEY_PASSPHRASE_WRONG'))
  })

  it('notices a changed byte of the encrypted seeds', () => {
    writeKeyFile(path, newSeeds(), 'p')
    const file = JSON.parse(readFileSync(path, 'utf8'))
    file.sealed.data = (file.sealed.data.startsWith('0') ? '1' : '0') + file.sealed.data.slice(1)
    writeFileSync(path, JSON.stringify(file))
    expect(() => readKeyFile(path, 'p')).toThrowError(code('KEY_PASSPHRASE_WRONG'))
  })

  it('refuses a file that others may read', () => {
    writeKeyFile(path, newSeeds())
    chmodSync(path, 0o640)
    expect(() => readKeyFile(path)).toThrowError(code('KEY_PERMISSIONS'))
  })

  it('never replaces a key and says when there is none', () => {
    expect(() => readKeyFile(path)).toThrowError(code('KEY_MISSING'))
    writeKeyFile(path, newSeeds())
    const before = readFileSync(path, 'utf8')
    expect(() => writeKeyFile(path, newSeeds())).toThrowError(code('KEY_EXISTS'))
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it.each(['', '{', '[]', '{"type":"conet-key","version":1}', 'x'.repeat(5_000)])(
    'refuses %j without quoting it',
    text => {
      readOrCreateKeyFile(path)
      writeFileSync(path, text)
      expect(() => readKeyFile(path)).toThrowError(code('KEY_FORM'))
    },
  )
})

describe('admin token', () => {
  it('is made once, private, and compared whole', () => {
    const file = join(folder, 'admin.token')
    const token = readOrCreateAdminToken(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readOrCreateAdminToken(file)).toBe(token)
    expect(sameToken(token, token)).toBe(true)
    expect(sameToken(token.slice(1), token)).toBe(false)
    chmodSync(file, 0o644)
    expect(() => readOrCreateAdminToken(file)).toThrowError(code('KEY_PERMISSIONS'))
    chmodSync(file, 0o600)
    writeFileSync(file, 'admin')
    expect(() => readOrCreateAdminToken(file)).toThrowError(code('KEY_FORM'))
  })
})

describe('an empty passphrase', () => {
  const failure = (name: string) => new ConetError(name, 'x')
  const sealed = (under: string) => (passphrase: string | undefined) => {
    if (passphrase === undefined) throw failure('KEY_PASSPHRASE_MISSING')
    if (passphrase !== under) throw failure('KEY_PASSPHRASE_WRONG')
    return 'seed'
  }

  it('is none, but opens a key that was sealed under it', () => {
    expect(withPassphrase('', passphrase => passphrase)).toBeUndefined()
    expect(withPassphrase('p', passphrase => passphrase)).toBe('p')
    expect(withPassphrase('', sealed(''))).toBe('seed')
    expect(() => withPassphrase('', sealed('p'))).toThrowError(code('KEY_PASSPHRASE_MISSING'))
  })
})
