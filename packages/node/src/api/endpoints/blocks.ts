import type { CommittedBlock, Engine } from '@conet/engines'
import { Type } from '@sinclair/typebox'
import { BlocksAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { CountForm } from '../forms.js'
import { toJson } from '../json.js'

/** A page ends with the block that passes this: a few full blocks already weigh megabytes. */
const PAGE_CHARS = 4 * 1_048_576

/** GET /v1/ledger/blocks: committed blocks in order from a height on. */
export const getBlocks = endpoint({
  method: 'GET',
  path: '/v1/ledger/blocks',
  summary:
    'Committed blocks in order; next is the height to go on from, the first that is kept if there are none before it',
  query: Type.Object({
    from: Type.Integer({ ...CountForm, default: 1 }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  }),
  answer: BlocksAnswer,
  handle: async ({ engine }, { query }) => {
    const items: CommittedBlock[] = []
    let chars = 0
    for (let height = query.from; items.length < query.limit && chars < PAGE_CHARS; height++) {
      const block = await engine.block(height)
      if (block === undefined) break
      items.push(block)
      chars += toJson(block).length
    }
    const next = query.from + items.length
    if (next > engine.info().height) return { items, next: null }
    return { items, next: items.length > 0 ? next : await firstFrom(engine, next) }
  },
})

/** A replica that began with a snapshot has no blocks from before it: the height of the first one that it has. */
async function firstFrom(engine: Engine, height: number): Promise<number | null> {
  const found = new AbortController()
  for await (const block of engine.blocks(height, found.signal)) {
    found.abort()
    return block.height > height ? block.height : null
  }
  return null
}
