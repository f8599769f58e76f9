import { textOf } from '../answers/index.js'
import { endpoint } from '../endpoint.js'
import { toJson } from '../json.js'
import { openEventStream, SLOW_BYTES } from '../sse.js'

/** GET /v1/events: what happens on this node, live. */
export const streamEvents = endpoint({
  method: 'GET',
  path: '/v1/events',
  summary: 'Server-sent events: session, round, meter, block, offers, balance',
  admin: true,
  answer: textOf('text/event-stream', 'one event for each thing that happens; its data is JSON'),
  handle: ({ hub, metrics, stopping }, { reply }) => {
    const stream = openEventStream(reply, stopping)
    const stop = hub.subscribe(event => {
      if (stream.unsent < SLOW_BYTES) return stream.send(event.type, toJson(event.data))
      metrics.dropped('events')
      stream.close()
    })
    if (stream.signal.aborted) return stop()
    stream.signal.addEventListener('abort', stop, { once: true })
  },
})
