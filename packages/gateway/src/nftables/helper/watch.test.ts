import { expect, it } from 'vitest'
import type { Push } from '../protocol.js'
import { Watch, type Watched } from './watch.js'

/** Counts as the kernel and our line to it do: what changes nothing is a transaction, but no new generation. */
function watched() {
  const seen = { generation: 0, commits: 0 }
  const now = { generation: 0, commits: 0 }
  const told: Push[] = []
  let readBack = 0
  const settle = async () => void Object.assign(seen, now)
  const kernel = {
    settle,
    touched: async () => {
      const moved = now.generation - seen.generation !== now.commits - seen.commits
      await settle()
      return moved
    },
  }
  const rules = {
    intact: async () => {
      readBack++
      return true
    },
  }
  const sessions = {
    tidy: async () => {},
    assert: async () => {
      now.commits++
      return 0
    },
  }
  const on = { kernel, rules, sessions, conntrack: () => undefined, push: (event: Push) => told.push(event) }
  const meddle = () => now.generation++
  return { watch: new Watch(on as unknown as Watched), meddle, told, readBack: () => readBack }
}

it('reads the rules back once after somebody changed something, and not at every look from then on', async () => {
  const { watch, meddle, told, readBack } = watched()
  await watch.look()
  expect(readBack()).toBe(0)
  meddle()
  for (let look = 0; look < 5; look++) await watch.look()
  expect(readBack()).toBe(1)
  expect(told).toEqual([{ event: 'touched' }])
  meddle()
  await watch.look()
  expect(readBack()).toBe(2)
})
