import { expect, it, vi } from 'vitest'
import { ok, reject } from '../errors/index.js'
import { remembered } from './remembered.js'

const CAPACITY = 32_768

it('reads a text once, and a refused one each time', () => {
  const read = vi.fn((text: string) => (text === 'bad' ? reject('BAD') : ok(text.length)))
  const quick = remembered<number, 'BAD'>(read)
  expect([quick('four'), quick('four')]).toEqual([ok(4), ok(4)])
  expect(read).toHaveBeenCalledTimes(1)
  expect([quick('bad'), quick('bad')]).toEqual([reject('BAD'), reject('BAD')])
  expect(read).toHaveBeenCalledTimes(3)
})

it('keeps as many as it says, and not more than twice as many', () => {
  const read = vi.fn((text: string) => ok(text))
  const quick = remembered<string, never>(read)
  for (let i = 0; i < CAPACITY; i++) quick(String(i))
  quick('0')
  expect(read).toHaveBeenCalledTimes(CAPACITY)
  for (let i = CAPACITY; i < 3 * CAPACITY; i++) quick(String(i))
  quick('0')
  expect(read).toHaveBeenCalledTimes(3 * CAPACITY + 1)
})
