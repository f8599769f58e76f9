import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { decodeRequest, encodeResponse } from './codec.js'
import { FrameReader, frame } from './frames.js'
import type { AbciHandlers, AbciRequest, AbciResponse } from './messages.js'

/** Requests of one connection that are not answered; CometBFT waits beyond. */
const MAX_WAITING = 4_096
/** Answers held back for a `flush`: at most so many bytes, and so long if none comes. */
const MAX_HELD_BYTES = 64 * 1024
const LONGEST_HOLD_MS = 50

/** What happens at the socket, for the log. */
export type AbciEvent =
  | { readonly type: 'connected' | 'disconnected' }
  /** The bytes are no message: the connection was closed. */
  | { readonly type: 'malformed'; readonly detail: string }
  /** A request failed or is not known; CometBFT ends when it hears of it. */
  | { readonly type: 'exception'; readonly request: string; readonly detail: string }

export interface AbciServerOptions {
  /** Path of the socket; its folder must keep strangers out. */
  readonly path: string
  readonly handlers: AbciHandlers
  readonly onEvent: (event: AbciEvent) => void
}

export interface AbciServer {
  close(): Promise<void>
}

/**
 * Serves ABCI 2.0 on a socket. Each connection is answered in the order of its requests; only checks of transactions may
 * run together, so that their signatures are verified in batches.
 */
export async function startAbciServer({ path, handlers, onEvent }: AbciServerOptions): Promise<AbciServer> {
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    onEvent({ type: 'connected' })
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      onEvent({ type: 'disconnected' })
    })
    new Connection(socket, handlers, onEvent).listen()
  })
  server.listen({ path })
  await once(server, 'listening')
  return { close: () => closeAll(server, open) }
}

async function closeAll(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  for (const socket of open) socket.destroy()
  await closed
}

class Connection {
  readonly #socket: Socket
  readonly #handlers: AbciHandlers
  readonly #onEvent: (event: AbciEvent) => void
  readonly #frames = new FrameReader()
  /** Everything so far is answered. */
  #answered: Promise<void> = Promise.resolve()
  /** What must be answered before the next request may begin. */
  #gate: Promise<void> = Promise.resolve()
  #together = false
  #waiting = 0
  /** Answers that were not written yet. */
  #out: Buffer[] = []
  #outBytes = 0
  #writing: NodeJS.Timeout | undefined

  constructor(socket: Socket, handlers: AbciHandlers, onEvent: (event: AbciEvent) => void) {
    this.#socket = socket
    this.#handlers = handlers
    this.#onEvent = onEvent
  }

  listen(): void {
    this.#socket.on('data', chunk => {
      try {
        for (const bytes of this.#frames.push(chunk)) this.#take(decodeRequest(bytes))
      } catch (error) {
        this.#onEvent({ type: 'malformed', detail: textOf(error) })
        this.#socket.destroy()
      }
    })
  }

  #take(request: AbciRequest | undefined): void {
    const together = request?.name === 'checkTx'
    if (!together || !this.#together) this.#gate = this.#answered
    this.#together = together
    this.#waiting += 1
    if (this.#waiting >= MAX_WAITING) this.#socket.pause()
    // Nearly every check finds what it needs in memory: one that has nothing before it takes no turn of the event loop.
    const answer = this.#waiting === 1 ? this.#answer(request) : this.#gate.then(() => this.#answer(request))
    const before = this.#answered
    if (answer instanceof Promise) {
      this.#answered = answer.then(async response => {
        await before
        this.#send(response)
      })
    } else this.#send(answer)
  }

  #answer(request: AbciRequest | undefined): AbciResponse | Promise<AbciResponse> {
    if (request === undefined) return this.#exception('unknown', 'this application does not know the request')
    const failed = (error: unknown) => this.#exception(request.name, textOf(error))
    try {
      const response = respond(this.#handlers, request)
      return response instanceof Promise ? response.catch(failed) : response
    } catch (error) {
      return failed(error)
    }
  }

  #exception(request: string, detail: string): AbciResponse {
    this.#onEvent({ type: 'exception', request, detail })
    return { name: 'exception', value: { error: detail } }
  }

  /**
   * Answers leave together when CometBFT asks for them by `flush`, which follows every call that it waits for; checks of
   * transactions are flushed 50 times a second.
   */
  #send(response: AbciResponse): void {
    this.#waiting -= 1
    if (this.#waiting < MAX_WAITING / 2 && this.#socket.isPaused()) this.#socket.resume()
    if (this.#socket.destroyed) return
    const bytes = frame(encodeResponse(response))
    this.#out.push(bytes)
    this.#outBytes += bytes.length
    if (response.name === 'flush' || response.name === 'exception' || this.#outBytes > MAX_HELD_BYTES) this.#write()
    else this.#writing ??= setTimeout(() => this.#write(), LONGEST_HOLD_MS)
  }

  #write(): void {
    clearTimeout(this.#writing)
    this.#writing = undefined
    const [only] = this.#out
    this.#socket.write(this.#out.length === 1 && only !== undefined ? only : Buffer.concat(this.#out))
    this.#out = []
    this.#outBytes = 0
  }
}

function respond(handlers: AbciHandlers, request: AbciRequest): AbciResponse | Promise<AbciResponse> {
  const { name } = request
  if (name === 'echo' || name === 'flush') return { name, value: request.value } as AbciResponse
  const handler = handlers[name] as (value: AbciRequest['value']) => unknown
  const value = handler(request.value)
  if (value instanceof Promise) return value.then(later => ({ name, value: later }) as AbciResponse)
  return { name, value } as AbciResponse
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
