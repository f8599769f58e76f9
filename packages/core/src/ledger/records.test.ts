import fc from 'fast-check'
import { expect, it } from 'vitest'
import { textCodec } from './codec.js'
import { memoryStorage } from './memory.js'
import { CommittedRecords, storedText } from './records.js'
import { StateView } from './view.js'

const KEYS = ['m/c/a', 'm/c/b', 'm/c/c', 'm/c/d', 'm/c/e']
const step = fc.record({
  key: fc.constantFrom(...KEYS),
  /** `read` only looks, `drop` deletes, anything else is written. */
  act: fc.constantFrom('read', 'drop', 'one', 'two'),
  /** Another view looks at this key meanwhile and may push entries out of the cache. */
  other: fc.constantFrom(...KEYS),
})

it('answers from the cache what the storage holds, however small the cache and whatever else is read', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.array(step, { minLength: 3, maxLength: 12 }), { maxLength: 6 }),
      run,
    ),
    { numRuns: 400 },
  )
})

function run(cacheEntries: number, blocks: readonly (readonly { key: string; act: string; other: string }[])[]) {
  const storage = memoryStorage()
  const records = new CommittedRecords(storage, cacheEntries)
  const expected = new Map<string, string>()
  for (const block of blocks) {
    const view = new StateView(records)
    const look = new StateView(records)
    for (const { key, act, other } of block) {
      view.get(key, textCodec)
      if (act === 'drop') view.set(key, undefined, textCodec)
      else if (act !== 'read') view.set(key, act, textCodec)
      expect(look.get(other, textCodec)).toBe(expected.get(other))
    }
    const changes = view.encoded()
    for (const change of changes) if (change.index === -1) change.index = KEYS.indexOf(change.key)
    storage.write(
      changes.map(({ key, text, index }) => [key, text === undefined ? undefined : storedText(index, text)]),
    )
    view.commit()
    for (const { key, value } of changes) {
      if (value === undefined) expected.delete(key)
      else expected.set(key, String(value))
    }
    for (const key of KEYS) {
      const entry = records.get(key, textCodec)
      const index = expected.has(key) ? KEYS.indexOf(key) : -1
      expect(entry).toEqual({ value: expected.get(key), index, change: undefined })
    }
  }
}

it('asks the storage once for a record, also for one that is not there', () => {
  const storage = memoryStorage()
  storage.write([['m/c/there', storedText(3, 'x')]])
  const asked: string[] = []
  const records = new CommittedRecords({ ...storage, get: key => (asked.push(key), storage.get(key)) }, 10)
  for (let turn = 0; turn < 3; turn++) {
    expect(records.get('m/c/there', textCodec)).toMatchObject({ value: 'x', index: 3 })
    expect(records.get('m/c/missing', textCodec)).toMatchObject({ value: undefined, index: -1 })
  }
  expect(asked).toEqual(['m/c/there', 'm/c/missing'])
})
