import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { expectWhole } from './checkpoint.js'
import { memoryState, openLmdbState, type State } from './index.js'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conet-state-'))
})
afterEach(() => rm(dir, { recursive: true }))

const info = (height: number) => ({ lid: 'l', height, timeMs: height, appHash: String(height) })
const KEYS = ['a', 'a/b', 'a/b/1', 'a/b/2', 'a/b/20', 'a/b0', 'a/c/1', 'b', 'b/b/1', 'c', '~meta', '~x/1', '~x/1/2']
const key = fc.constantFrom(...KEYS)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ set: key, value: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.constant('save' as const) },
  { weight: 1, arbitrary: fc.constant('save later' as const) },
)

function expectSame(state: State, model: ReadonlyMap<string, string>): void {
  const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [from, to] of [
    ['', '\x7f'],
    ['', '~'],
    ['a/b/2', '~x/1'],
    ['a/b/', 'a/b/\x7f'],
    ['a/b/2', 'a/c/9'],
    ['~', '~\x7f'],
  ] as const) {
    const expected = sorted.filter(([name]) => name >= from && name < to)
    expect([...state.range(from, to, Number.POSITIVE_INFINITY)]).toEqual(expected)
    expect([...state.range(from, to, 2)]).toEqual(expected.slice(0, 2))
  }
  for (const name of KEYS) expect(state.get(name)).toBe(model.get(name))
}

async function play(state: State, steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const model = new Map<string, string>()
  let later: Promise<void> = Promise.resolve()
  let height = 0
  for (const one of steps) {
    if (one === 'save') await state.save(info(++height))
    else if (one === 'save later') later = state.save(info(++height))
    else {
      state.write(new Map([[one.set, one.value]]))
      if (one.value === undefined) model.delete(one.set)
      else model.set(one.set, one.value)
    }
    expectSame(state, model)
  }
  await later
  expectSame(state, model)
  await state.save(info(++height))
  expectSame(state, model)
  return { model, height }
}

it('reads like one sorted map, whatever is saved when, and after opening again', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const folder = join(dir, String(run++))
      const state = await openLmdbState(folder)
      const { model, height } = await play(state, steps).finally(() => state.close())
      const again = await openLmdbState(folder)
      expectSame(again, model)
      expect(again.checkpoint?.height).toBe(height)
      await again.close()
    }),
    { numRuns: 15 },
  )
}, 60_000)

it('reads the same in memory', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => void (await play(memoryState(), steps))),
  )
})

it('forgets what was not saved', async () => {
  const state = await openLmdbState(dir)
  state.write(new Map([['a/b/1', 'saved']]))
  await state.save(info(1))
  state.write(new Map([['a/b/1', 'later']]))
  expect(state.pending).toBe(1)
  await state.close()
  const again = await openLmdbState(dir)
  expect([again.get('a/b/1'), again.checkpoint?.height]).toEqual(['saved', 1])
  await again.close()
})

it('refuses a damaged or shortened file, and tells how to go on, in place of ending the process', async () => {
  const state = await openLmdbState(dir)
  for (let i = 0; i < 2_000; i++) state.write(new Map([[`a/b/${i}`, 'x'.repeat(50)]]))
  await state.save(info(1))
  await state.close()
  const file = join(dir, 'data.mdb')
  const whole = await readFile(file)
  const flipped = Buffer.from(whole)
  flipped[24] = (flipped[24] ?? 0) ^ 1
  for (const bytes of [flipped, whole.subarray(0, whole.length / 2), Buffer.from('no state'), Buffer.alloc(65_536)]) {
    await writeFile(file, bytes)
    const refusal = { code: 'STATE_MISMATCH', message: expect.stringContaining('Delete the folder "state"') }
    await expect(openLmdbState(dir)).rejects.toMatchObject(refusal)
  }
  await writeFile(file, whole)
  await (await openLmdbState(dir)).close()
})

it('takes a file whose last pages were given back before they were written', async () => {
  const [pageBytes, last] = [4_096, 200]
  const head = Buffer.alloc(pageBytes)
  head.writeUInt32LE(0xbeefc0de, 24)
  head.writeUInt32LE(pageBytes, 48)
  head.writeBigUInt64LE(BigInt(last), 144)
  const file = join(dir, 'made.mdb')
  const ofPages = (pages: number) =>
    writeFile(file, Buffer.concat([head, head, Buffer.alloc((pages - 2) * pageBytes)])).then(() => expectWhole(file))
  await ofPages(last + 1)
  await ofPages(last)
  await expect(ofPages(last / 2)).rejects.toThrow('shorter')
})
