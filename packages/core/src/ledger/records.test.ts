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
    view.commit(changes)
    for (const { key, value } of changes) {
      if (value === undefined) expected.delete(key)
      else expected.set(key, String(value))
    }
    for (const key of KEYS) {
      const entry = records.get(key, textCodec)
      expect(entry).toEqual(expected.has(key) ? { value: expected.get(key), index: KEYS.indexOf(key) } : undefined)
    }
  }
}
