import { expect, it } from 'vitest'
import { generations } from './index.js'

it('keep what was used lately and stay bounded', () => {
  const map = generations<number>(10)
  map.set('kept', 1)
  for (let i = 0; i < 100; i++) {
    map.set(`k${i}`, i)
    expect(map.get('kept')).toBe(1)
  }
  expect(map.get('k0')).toBeUndefined()
  map.delete('kept')
  expect(map.get('kept')).toBeUndefined()
})

it('keep all that come by in turn, as many as one generation holds', () => {
  const map = generations<number>(10)
  for (let i = 0; i < 100; i++) {
    const name = `k${i % 10}`
    if (i >= 10) expect(map.get(name)).toBe(i % 10)
    else map.set(name, i)
  }
})
