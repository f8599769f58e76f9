import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultFs } from '../../testing/index.js'
import { type BlockLog, encodeRecord, openBlockLog, scanSegment, segmentName } from './index.js'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-log-'))
})
afterEach(() => rm(dir, { recursive: true }))

const payload = (height: number) => `{"height":${height},"text":"ÄÖ${'x'.repeat(height)}"}`
const first = () => join(dir, segmentName(1))

async function fill(count: number, segmentBytes = 1 << 20): Promise<void> {
  const log = await openBlockLog({ dir, segmentBytes })
  for (let height = 1; height <= count; height++) await log.append(height, payload(height))
  await log.close()
}

async function using<T>(log: BlockLog, use: (log: BlockLog) => Promise<T>): Promise<T> {
  return await use(log).finally(() => log.close())
}

async function readAll(log: BlockLog): Promise<(string | undefined)[]> {
  return await Promise.all(Array.from({ length: log.height() }, (_, i) => log.read(i + 1)))
}

describe('block log', () => {
  it('gives back what was appended, over many segments and openings', async () => {
    await fill(20, 200)
    expect((await readdir(dir)).length).toBeGreaterThan(4)
    await using(await openBlockLog({ dir, segmentBytes: 200 }), async log => {
      await log.append(21, payload(21))
      expect(await readAll(log)).toEqual(Array.from({ length: 21 }, (_, i) => payload(i + 1)))
      expect(await log.read(0)).toBeUndefined()
      expect(await log.read(22)).toBeUndefined()
    })
  })

  it('takes a text in pieces, also one that is longer than any before, and a short one after it', async () => {
    const pieces = ['Ö'.repeat(50_000), '', '😀'.repeat(50_000), 'end']
    await using(await openBlockLog({ dir }), async log => {
      await log.append(1, pieces)
      await log.append(2, 'short')
    })
    await using(await openBlockLog({ dir }), async log => {
      expect(log.dropped).toBeUndefined()
      expect(await readAll(log)).toEqual([pieces.join(''), 'short'])
    })
  })

  it('drops a last record that was cut at any byte, and takes the same height again', async () => {
    await fill(3)
    const whole = await readFile(first())
    const two = encodeRecord(1, payload(1)).length + encodeRecord(2, payload(2)).length
    for (let end = two; end < whole.length; end++) {
      await writeFile(first(), whole.subarray(0, end))
      await using(await openBlockLog({ dir }), async log => {
        expect(log.height()).toBe(2)
        const path = join(dir, 'dropped-3')
        expect(log.dropped).toEqual(end === two ? undefined : { height: 3, bytes: end - two, path })
        if (end > two) expect(await readFile(path)).toEqual(whole.subarray(two, end))
        await log.append(3, 'again')
        expect(await log.read(3)).toBe('again')
      })
    }
  })

  it('drops a last record whose bytes were zeroed or lost in the middle', async () => {
    await fill(3)
    const whole = await readFile(first())
    const two = encodeRecord(1, payload(1)).length + encodeRecord(2, payload(2)).length
    for (let at = two; at < whole.length; at++) {
      const zeroed = Buffer.concat([whole.subarray(0, at), Buffer.alloc(whole.length - at + 512)])
      await writeFile(first(), zeroed)
      await using(await openBlockLog({ dir }), async log => expect(log.height()).toBe(2))
    }
  })

  it('refuses damage before good records and names file and offset, wherever the bit flips', async () => {
    await fill(3)
    const whole = await readFile(first())
    const one = encodeRecord(1, payload(1)).length
    const two = one + encodeRecord(2, payload(2)).length
    for (let at = 0; at < two; at++) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] ?? 0) ^ 0x10
      await writeFile(first(), flipped)
      await expect(openBlockLog({ dir })).rejects.toMatchObject({
        code: 'LOG_CORRUPT',
        data: { file: first(), offset: at < one ? 0 : one },
      })
    }
  })

  it('refuses damage in the last records that were finished, and changes nothing', async () => {
    await fill(4)
    const whole = await readFile(first())
    const starts = [1, 2, 3].map(height => encodeRecord(height, payload(height)).length)
    const three = (starts[0] ?? 0) + (starts[1] ?? 0)
    const four = three + (starts[2] ?? 0)
    for (const flips of [
      [three + 5, four + 5],
      [three + 30, four + 30],
      [three, four + 30],
      [four + 30],
      [four + 20],
    ]) {
      const damaged = Buffer.from(whole)
      for (const at of flips) damaged[at] = (damaged[at] ?? 0) ^ 1
      await writeFile(first(), damaged)
      const height = (flips[0] ?? 0) < four ? 3 : 4
      await expect(openBlockLog({ dir })).rejects.toMatchObject({
        code: 'LOG_CORRUPT',
        data: { file: first(), height },
      })
      expect(await readFile(first())).toEqual(damaged)
    }
    expect(await readdir(dir)).toEqual([segmentName(1)])
  })

  it.each([
    ['to the same segment', 1 << 20],
    ['to the next segment', 10],
  ])('writes nothing, and over nothing, once another process has written %s', async (_, segmentBytes) => {
    await using(await openBlockLog({ dir, segmentBytes }), async log => {
      await log.append(1, payload(1))
      await using(await openBlockLog({ dir, segmentBytes }), other => other.append(2, 'theirs'))
      for (let again = 0; again < 2; again++)
        await expect(log.append(2, 'ours')).rejects.toMatchObject({ code: 'DATA_LOCKED', verdict: 'reject' })
      expect(log.height()).toBe(1)
    })
    await using(await openBlockLog({ dir }), async log => expect(await readAll(log)).toEqual([payload(1), 'theirs']))
  })

  it('refuses a log that ends before the saved state, and changes nothing', async () => {
    await fill(3)
    const cut = (await readFile(first())).subarray(0, -1)
    await writeFile(first(), cut)
    const missing = { code: 'LOG_CORRUPT', data: { height: 2, state: 3 } }
    await expect(openBlockLog({ dir, least: 3 })).rejects.toMatchObject(missing)
    expect(await readFile(first())).toEqual(cut)
    await using(await openBlockLog({ dir, least: 2 }), async log => expect(log.height()).toBe(2))
  })

  it('refuses a damaged or shortened older segment when it is read', async () => {
    await fill(20, 200)
    const bytes = await readFile(first())
    await writeFile(first(), bytes.subarray(0, bytes.length - 1))
    await using(await openBlockLog({ dir, segmentBytes: 200 }), async log => {
      await expect(log.read(1)).rejects.toMatchObject({ code: 'LOG_CORRUPT', data: { file: first() } })
      expect(await log.read(20)).toBe(payload(20))
    })
  })

  it('refuses a missing first segment', async () => {
    await fill(20, 200)
    await rm(first())
    await expect(openBlockLog({ dir })).rejects.toMatchObject({ code: 'LOG_CORRUPT' })
  })

  it('never takes garbage behind the last record for a block', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async garbage => {
        await rm(dir, { recursive: true })
        await fill(2)
        await appendFile(first(), garbage)
        await using(await openBlockLog({ dir }), async log => expect(log.height()).toBe(2))
      }),
      { numRuns: 50 },
    )
  })

  it('reads any bytes without failing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(scanSegment(Buffer.from(bytes), 1).records).toEqual([])
      }),
    )
  })
})

describe('block log on a failing disk', () => {
  for (const kind of ['full', 'io'] as const) {
    it(`loses nothing and repeats nothing when any operation fails once (${kind})`, async () => {
      for (let at = 1; ; at++) {
        await rm(dir, { recursive: true, force: true })
        const fs = faultFs({ at, kind })
        const failures = await using(await openBlockLog({ dir, fs, segmentBytes: 100 }), log =>
          appendStubbornly(log, 8),
        )
        await using(await openBlockLog({ dir }), async log => {
          expect(await readAll(log)).toEqual(Array.from({ length: 8 }, (_, i) => payload(i + 1)))
        })
        if (fs.operations() < at) break
        expect(failures).toEqual([kind === 'full' ? 'DISK_FULL' : 'DISK_FAILED'])
      }
    })
  }

  it('finishes a short write', async () => {
    for (let at = 1; at < 12; at++) {
      await rm(dir, { recursive: true, force: true })
      const fs = faultFs({ at, kind: 'short', keepBytes: 5 })
      await using(await openBlockLog({ dir, fs }), log => appendStubbornly(log, 4))
      await using(await openBlockLog({ dir }), async log => expect((await readAll(log))[3]).toBe(payload(4)))
    }
  })
})

/** Appends until everything is there. @returns codes of the failures on the way */
async function appendStubbornly(log: BlockLog, count: number): Promise<string[]> {
  const failures: string[] = []
  while (log.height() < count) {
    const height = log.height() + 1
    await log.append(height, payload(height)).catch((error: { code: string }) => failures.push(error.code))
  }
  return failures
}

it('writes the pieces of a payload as it writes the whole', () => {
  const pieces = ['', '"', 'abc', '","', 'é', 'aé', 'ééé', '😀', '\ud800', 'abcd', 'ü'.repeat(40), '"', '']
  for (let count = 0; count <= pieces.length; count++) {
    const some = pieces.slice(0, count)
    expect(encodeRecord(7, some)).toEqual(encodeRecord(7, some.join('')))
  }
})
