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
  /** Whether a record is read before it is written. */
  looks: fc.boolean(),
  /** Once looked at, the other view tries something with it, as a transaction is checked while a block is staged. */
  tries: fc.boolean(),
})
const block = fc.record({ steps: fc.array(step, { minLength: 3, maxLength: 12 }), isCommitted: fc.boolean() })
type Block = typeof block extends fc.Arbitrary<infer B> ? B : never

it('answers from the cache what the storage holds, however small the cache and whatever else is read', () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 5 }), fc.array(block, { maxLength: 6 }), run), { numRuns: 400 })
})

function run(cacheEntries: number, blocks: readonly Block[]) {
  const storage = memoryStorage()
  const records = new CommittedRecords(storage, cacheEntries)
  const expected = new Map<string, string>()
  for (const { steps, isCommitted } of blocks) {
    const view = new StateView(records)
    const look = new StateView(records)
    const made = new Map(expected)
    for (const { key, act, other, looks, tries } of steps) {
      if (looks) expect(view.get(key, textCodec)).toBe(made.get(key))
      if (act !== 'read') view.set(key, act === 'drop' ? undefined : act, textCodec)
      if (act === 'drop') made.delete(key)
      else if (act !== 'read') made.set(key, act)
      expect(look.get(other, textCodec)).toBe(expected.get(other))
      if (tries) {
        look.set(other, 'tried', textCodec)
        expect(look.get(other, textCodec)).toBe('tried')
        look.undo()
        expect(look.get(other, textCodec)).toBe(expected.get(other))
      }
    }
    for (const key of KEYS) expect(view.get(key, textCodec)).toBe(made.get(key))
    if (!isCommitted) {
      view.discard()
      continue
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
  const get = (key: string) => {
    asked.push(key)
    return storage.get(key)
  }
  const records = new CommittedRecords({ ...storage, get }, 10)
  for (let turn = 0; turn < 3; turn++) {
    expect(records.get('m/c/there', textCodec)).toMatchObject({ value: 'x', index: 3 })
    expect(records.get('m/c/missing', textCodec)).toMatchObject({ value: undefined, index: -1 })
  }
  expect(asked).toEqual(['m/c/there', 'm/c/missing'])
})

it('lets go what a block changed beyond the size of the cache, once the block is committed or given up', () => {
  for (const end of ['commit', 'discard'] as const) {
    const storage = memoryStorage()
    const asked: string[] = []
    const get = (key: string) => {
      asked.push(key)
      return storage.get(key)
    }
    const records = new CommittedRecords({ ...storage, get }, 2)
    const view = new StateView(records)
    for (const key of KEYS) view.set(key, key, textCodec)
    for (const key of KEYS) expect(view.get(key, textCodec)).toBe(key)
    expect(asked).toEqual(KEYS)
    view[end]()
    for (const key of KEYS) records.get(key, textCodec)
    expect(asked.length).toBeGreaterThan(2 * KEYS.length - 3)
  }
})
