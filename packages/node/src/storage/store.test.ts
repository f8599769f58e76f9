import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storageError } from './codes.js'
import { lockFolder } from './lock.js'
import { MemoryStore } from './memory.js'
import { type Change, openStore } from './store.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conet-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a script against the built store in its own process; workers and children run from `dist`. */
function child(script: string, shell = 'exec "$0" --input-type=module -e "$1"'): ReturnType<typeof spawn> {
  const built = new URL('../../dist/storage/index.js', import.meta.url).href
  const code = `import { openStore } from ${JSON.stringify(built)}\nconst folder = ${JSON.stringify(folder)}\n${script}`
  return spawn('bash', ['-c', shell, process.execPath, code], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function lines(process_: ReturnType<typeof spawn>, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  process_.stdout?.on('data', chunk => {
    rest += String(chunk)
    const all = rest.split('\n')
    rest = all.pop() ?? ''
    for (const line of all) onLine(line)
  })
  await once(process_, 'close')
}

describe('store', () => {
  it('keeps what was put, in order, over a restart', async () => {
    const first = openStore(folder, 'p')
    await first.put([
      ['b', '2'],
      ['a', '1'],
      ['c', '3'],
    ])
    await first.put([['b', undefined]])
    await first.close()
    const again = openStore(folder, 'p')
    expect([...again.range('a', 'z', 10)]).toEqual([
      ['a', '1'],
      ['c', '3'],
    ])
    expect([...again.rangeDown('c', '', 10)]).toEqual([['a', '1']])
    expect([...again.rangeDown('z', 'a', 1)]).toEqual([['c', '3']])
    await again.close()
  })

  it('loses nothing that was acknowledged when the process is killed with -9', async () => {
    const writer = child(`
      const store = openStore(folder, 'p')
      for (let i = 0; ; i++) { await store.put([['k', String(i)]]); process.stdout.write(i + '\\n') }`)
    let acknowledged = -1
    await lines(writer, line => {
      acknowledged = Number(line)
      if (acknowledged >= 20) writer.kill('SIGKILL')
    })
    const store = openStore(folder, 'p')
    expect(Number(store.get('k'))).toBeGreaterThanOrEqual(acknowledged)
    expect(acknowledged).toBeGreaterThanOrEqual(20)
    await store.close()
  })

  it('answers DISK_FULL, keeps the old values and goes on when there is room again', async () => {
    const told: string[] = []
    // A file size limit is the one full disk that needs no root: writes past it fail with EFBIG.
    const writer = child(
      `
      const store = openStore(folder, 'p')
      let i = 0
      try { for (;; i++) await store.put([['k' + i, 'x'.repeat(3000)]]) }
      catch (error) { console.log(error.code) }
      console.log(store.get('k0').length, store.get('k' + (i - 1)).length, store.get('k' + i) === undefined)
      await store.writeAtomic([['k0', undefined], ['k1', undefined]])
      await store.put([['k2', 'short']])
      console.log(store.get('k2'), store.get('k0') === undefined)
      await store.close()`,
      'trap "" XFSZ; ulimit -f 400; exec "$0" --input-type=module -e "$1"',
    )
    await lines(writer, line => told.push(line))
    expect(told).toEqual(['DISK_FULL', '3000 3000 true', 'short true'])
  })

  it('refuses a second process and takes over from a dead one', async () => {
    const held = child(
      `const store = openStore(folder, 'p'); console.log('open'); setInterval(() => store.get('x'), 1000)`,
    )
    await lines(held, () => {
      expect(() => openStore(folder, 'p')).toThrowError(expect.objectContaining({ code: 'DATA_LOCKED' }))
      held.kill('SIGKILL')
    })
    const store = openStore(folder, 'p')
    await store.close()
  })

  it('refuses a second opening in the same process, and lets go on close', async () => {
    const store = openStore(folder, 'p')
    expect(() => openStore(folder, 'p')).toThrowError(expect.objectContaining({ code: 'DATA_LOCKED' }))
    await store.close()
    await openStore(folder, 'p').close()
  })

  it('holds the same values as a plain map, whatever is written', async () => {
    const store = openStore(folder, 'p')
    const plain = new MemoryStore()
    const change = fc.tuple(fc.constantFrom('a', 'b', 'b1', 'c'), fc.option(fc.string(), { nil: undefined }))
    await fc.assert(
      fc.asyncProperty(fc.array(change), fc.boolean(), async (changes, atomic) => {
        const all: readonly Change[] = changes
        await (atomic ? store.writeAtomic(all) : store.put(all))
        await plain.put(all)
        expect([...store.range('a', 'z', 9)]).toEqual([...plain.range('a', 'z', 9)])
        expect([...store.rangeDown('c', 'a', 9)]).toEqual([...plain.rangeDown('c', 'a', 9)])
      }),
      { numRuns: 30 },
    )
    await store.close()
  })
})

describe('lock', () => {
  it('does not take a reused process number for the owner', () => {
    writeFileSync(join(folder, 'lock'), `${process.pid} 1 0\n`)
    const lock = lockFolder(folder)
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `))
    lock.release()
    lock.release()
  })

  it('takes over a lock that was cut off while it was written', () => {
    writeFileSync(join(folder, 'lock'), '')
    lockFolder(folder).release()
  })

  it('says which folder cannot be written, and what to do', () => {
    // Nothing can be written in place of a folder, whoever asks: root may write everywhere else.
    mkdirSync(join(folder, `lock.${process.pid}.draft`))
    expect(() => lockFolder(folder)).toThrowError(
      expect.objectContaining({ code: 'STORAGE_FAILED', data: { path: folder } }),
    )
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const refusal = { code: 'STORAGE_FAILED', message: expect.stringMatching(/part of this path is a file/) }
    for (const path of [file, join(file, 'inner')]) {
      expect(() => lockFolder(path)).toThrowError(expect.objectContaining({ ...refusal, data: { path } }))
      expect(() => openStore(path, 'p')).toThrowError(expect.objectContaining(refusal))
    }
  })
})

it.each([
  ['EROFS', 'STORAGE_FAILED', /\/x.*read-only.*choose another data folder/],
  ['EACCES', 'STORAGE_FAILED', /\/x.*may not write there.*choose another data folder/],
  ['ENOSPC', 'DISK_FULL', /\/x.*free some space/],
])('says what to do about %s', (errno, code, message) => {
  const error = storageError('/x', Object.assign(new Error(`${errno}: no`), { code: errno }))
  expect(error).toMatchObject({ code, data: { path: '/x' } })
  expect(error.message).toMatch(message)
})

it('tells a full disk from a broken one', () => {
  expect(storageError('/x', Object.assign(new Error('e'), { code: 'ENOSPC' })).code).toBe('DISK_FULL')
  expect(storageError('/x', Object.assign(new Error('e'), { code: 5 })).code).toBe('STORAGE_FAILED')
})
