import { Type } from '@sinclair/typebox'
import { textOf } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { CountForm } from '../forms.js'
import { toJson } from '../json.js'
import { openEventStream } from '../sse.js'

/** GET /v1/ledger/stream: every block from a height on, then live ones: what followers read. */
export const streamBlocks = endpoint({
  method: 'GET',
  path: '/v1/ledger/stream',
  summary: 'Server-sent events: blocks in order, each with its height as id; goes on from Last-Event-ID',
  stream: true,
  query: Type.Object({ from: Type.Integer({ ...CountForm, default: 1 }) }),
  answer: textOf(
    'text/event-stream',
    'one event `block` for each block; its data is the block as /v1/ledger/blocks/{height} gives it',
  ),
  handle: async ({ engine, log, stopping }, { query, request, reply }) => {
    const last = Number(request.headers['last-event-id'])
    const from = Number.isSafeInteger(last) && last >= query.from ? last + 1 : query.from
    const stream = openEventStream(reply, stopping)
    try {
      for await (const block of engine.blocks(from, stream.signal)) {
        stream.send('block', toJson(block), block.height)
        // A follower that reads slowly slows its own stream only.
        await stream.drained()
      }
    } catch (error) {
      if (!stream.signal.aborted) log.warn({ err: error }, 'a follower’s stream ended early')
    }
    stream.close()
  },
})
