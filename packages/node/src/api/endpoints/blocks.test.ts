import type { CommittedBlock } from '@conet/engines'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { block } from '../../readmodel/testing/index.js'
import { startTestApi, type TestApi } from '../testing/index.js'

/** A replica that began with a snapshot of height 3 and has made two blocks since. */
const KEPT = [block(4, []), block(5, [])]

let t: TestApi
beforeAll(async () => {
  t = await startTestApi()
  const at = (height: number) => KEPT.find(one => one.height === height)
  Object.assign(t.engine, {
    info: () => ({ lid: 'test', height: 5, timeMs: 0, appHash: '' }),
    block: async (height: number) => at(height),
    async *blocks(from: number): AsyncGenerator<CommittedBlock> {
      yield* KEPT.filter(one => one.height >= from)
    },
  })
})
afterAll(() => t.stop())

async function page(from: number) {
  const response = await fetch(`${t.url}/v1/ledger/blocks?from=${from}`)
  return (await response.json()) as { items: { height: number }[]; next: number | null }
}

it('sends a pager that begins before the snapshot on to the first block there is', async () => {
  expect(await page(1)).toEqual({ items: [], next: 4 })
  const rest = await page(4)
  expect(rest.items.map(one => one.height)).toEqual([4, 5])
  expect(rest.next).toBeNull()
  expect(await page(6)).toEqual({ items: [], next: null })
})
