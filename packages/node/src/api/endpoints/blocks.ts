import type { CommittedBlock } from '@conet/engines'
import { Type } from '@sinclair/typebox'
import { endpoint } from '../endpoint.js'
import { toJson } from '../json.js'

/** A page ends with the block that passes this: a few full blocks already weigh megabytes. */
const PAGE_CHARS = 4 * 1_048_576

/** GET /v1/ledger/blocks: committed blocks in order from a height on. */
export const getBlocks = endpoint({
  method: 'GET',
  path: '/v1/ledger/blocks',
  summary: 'Committed blocks in order; next is the height to go on from',
  query: Type.Object({
    from: Type.Integer({ minimum: 1, default: 1 }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  }),
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
    return { items, next: next <= engine.info().height ? next : null }
  },
})
