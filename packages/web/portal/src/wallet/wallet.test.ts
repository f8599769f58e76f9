import { describe, expect, it } from 'vitest'
import { keyFromText, keyToText } from './key-text.js'
import { openVault, sealSeed, vaultFrom } from './vault.js'

const SEED = new Uint8Array(32).map((_, at) => at * 7)

describe('the key as text', () => {
  it('comes back the same, also with line breaks of a letter', () => {
    const text = keyToText(SEED)
    expect(keyFromText(text)).toEqual({ ok: true, value: SEED })
    expect(keyFromText(` ${text.slice(0, 30)}\n${text.slice(30)} `)).toEqual({ ok: true, value: SEED })
  })

  it('notices every single wrong character', () => {
    const text = keyToText(SEED)
    for (let at = 10; at < text.length; at++) {
      const wrong = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
      expect(keyFromText(wrong).ok).toBe(false)
    }
    expect(keyFromText('')).toMatchObject({ code: 'KEY_MALFORMED' })
    expect(keyFromText(text.slice(0, -1))).toMatchObject({ code: 'KEY_MALFORMED' })
  })
})

describe('the vault', () => {
  it('opens with its passphrase only, and not after a change', async () => {
    const vault = await sealSeed(SEED, 'Ångström 8')
    expect(JSON.stringify(vault)).not.toContain(keyToText(SEED).slice(12, 30))
    // The same letters in another Unicode form are the same passphrase.
    expect(await openVault(vault, 'Ångström 8'.normalize('NFD'))).toEqual({ ok: true, value: SEED })
    expect(await openVault(vault, 'Angstrom 8')).toMatchObject({ code: 'PASSPHRASE_WRONG' })
    const changed = { ...vault, sealed: `${vault.sealed.startsWith('A') ? 'B' : 'A'}${vault.sealed.slice(1)}` }
    expect(await openVault(changed, 'Ångström 8')).toMatchObject({ code: 'PASSPHRASE_WRONG' })
  })

  it('reads only what it wrote', async () => {
    const vault = await sealSeed(SEED, 'eight letters')
    expect(vaultFrom(JSON.stringify(vault))).toEqual(vault)
    for (const text of [null, '', '{', 'null', '[]', '{"version":1}', JSON.stringify({ ...vault, iterations: 1e12 })]) {
      expect(vaultFrom(text)).toBeUndefined()
    }
  })
})
