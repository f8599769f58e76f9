import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

/** Runs in processes of their own. @returns what each wrote, and how it ended */
async function inProcesses(count: number, code: string, shell = 'exec "$0" --input-type=module -e "$1"') {
  const built = new URL('../../dist/keystore/index.js', import.meta.url).href
  const script = `import { openOrCreateKeystore } from ${JSON.stringify(built)}; const path = ${JSON.stringify(path)}; ${code}`
  const children = Array.from({ length: count }, () => spawn('bash', ['-c', shell, process.execPath, script]))
  return await Promise.all(
    children.map(async child => {
      let out = ''
      child.stdout.on('data', chunk => {
        out += String(chunk)
      })
      const [status] = await once(child, 'close')
      return [status, out] as const
    }),
  )
}

describe('the key file', () => {
  it('is one for all processes that need it at the same time', async () => {
    const at = Date.now() + 1_500
    const code = `while (Date.now() < ${at}); console.log(Buffer.from(openOrCreateKeystore(path)).toString('hex'))`
    const ended = await inProcesses(4, code)
    const seed = Buffer.from(openKeystore(path)).toString('hex')
    expect(ended).toEqual(Array(4).fill([0, `${seed}\n`]))
    expect(readdirSync(dirname(path))).toEqual(['wallet.json'])
  })

  it('is not there after a full disk, so that the next try makes it', async () => {
    const code = `try { openOrCreateKeystore(path) } catch (error) { console.log(error.code) }`
    const full = 'trap "" XFSZ; ulimit -f 0; exec "$0" --input-type=module -e "$1"'
    expect(await inProcesses(1, code, full)).toEqual([[0, 'EFBIG\n']])
    expect(readdirSync(dirname(path))).toEqual([])
    expect(openOrCreateKeystore(path)).toHaveLength(32)
  })

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
