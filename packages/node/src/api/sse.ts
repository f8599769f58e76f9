import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** A comment line this often keeps proxies from closing an idle stream. */
const HEARTBEAT_MS = 15_000
/** Unsent bytes after which a listener is too slow to keep: it reads the lists again when it comes back. */
export const SLOW_BYTES = 1_048_576

/** One open event stream (WHATWG server-sent events). */
export interface EventStream {
  /** Ends when the listener has gone or the node stops. */
  readonly signal: AbortSignal
  /** Writes one event; `data` is one line of text. */
  send(event: string, data: string, id?: number): void
  /** Bytes written and not yet taken by the listener. */
  readonly unsent: number
  /** Resolves when the listener has taken everything or has gone. */
  drained(): Promise<void>
  close(): void
}

function drain(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted || !response.writableNeedDrain) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    response.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

/**
 * Turns a reply into an event stream. Uncompressed on purpose: a compressor holds events back.
 *
 * @param stopping - aborts when the node stops, so that streams do not keep it
 */
export function openEventStream(reply: FastifyReply, stopping: AbortSignal): EventStream {
  reply.hijack()
  const response = reply.raw
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  }
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers })
  response.write(':\n\n')
  const gone = new AbortController()
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS)
  heartbeat.unref()
  const end = () => {
    clearInterval(heartbeat)
    stopping.removeEventListener('abort', end)
    gone.abort()
    response.end()
  }
  response.once('close', end)
  stopping.addEventListener('abort', end, { once: true })
  // A HEAD has the headers of the stream and nothing to wait for.
  if (stopping.aborted || reply.request.method === 'HEAD') end()
  return {
    signal: gone.signal,
    send: (event, data, id) => {
      if (!gone.signal.aborted)
        response.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`)
    },
    get unsent() {
      return response.writableLength
    },
    drained: () => drain(response, gone.signal),
    close: end,
  }
}
