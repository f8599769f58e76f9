import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ConetError } from '@conet/core/errors'
import { LISTENER_USER } from './freeradius/index.js'

/** What the listener is asked, and how it answers. */
export interface Answer {
  readonly status: 200 | 204 | 400 | 401
  readonly body?: Readonly<Record<string, string | number>>
}

export type Handlers = Readonly<Record<'/v1/authorize' | '/v1/accounting', (body: string) => Promise<Answer> | Answer>>

/** Where FreeRADIUS finds the node. */
export interface ListenerOptions {
  /** A loopback address: passwords pass here in the clear. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Password of the user `freeradius` (HTTP Basic). */
  readonly key: string
}

const MAX_BODY = 16_384
/** FreeRADIUS gives up after a second; its idle connections live a minute. */
const REQUEST_MS = 5_000
const IDLE_MS = 75_000

function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY) chunks.push(chunk)
      else resolve(undefined)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', () => resolve(undefined))
  })
}

function send(response: ServerResponse, status: number, body?: object): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** The small HTTP server that rlm_rest asks. */
export class Listener {
  readonly #server: Server
  readonly #options: ListenerOptions
  readonly #key: Buffer
  readonly #handlers: Handlers

  constructor(options: ListenerOptions, handlers: Handlers) {
    this.#options = options
    this.#handlers = handlers
    this.#key = Buffer.from(`Basic ${Buffer.from(`${LISTENER_USER}:${options.key}`).toString('base64')}`)
    const settings = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS }
    this.#server = createServer(settings, (request, response) => void this.#serve(request, response))
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** @throws ConetError `LISTEN_FAILED` */
  start(): Promise<void> {
    const { host, port } = this.#options
    return new Promise((resolve, fail) => {
      this.#server.once('error', cause => {
        const message = `cannot answer FreeRADIUS at ${host}:${port}: ${cause.message}; choose another port`
        fail(new ConetError('LISTEN_FAILED', message, { verdict: 'retry', cause, data: { host, port } }))
      })
      this.#server.listen(port, host, resolve)
    })
  }

  stop(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  /** The length of a key is no secret. */
  #isOurs({ headers }: IncomingMessage): boolean {
    const given = Buffer.from(headers.authorization ?? '')
    return given.length === this.#key.length && timingSafeEqual(given, this.#key)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!this.#isOurs(request)) {
        request.resume()
        send(response, 403, { error: 'LISTENER_KEY' })
        return
      }
      const path = request.url ?? ''
      const body = await readBody(request)
      if (request.method !== 'POST' || !isPath(path)) send(response, 404)
      else if (body === undefined) send(response, 413)
      else {
        const answer = await this.#handlers[path](body)
        send(response, answer.status, answer.body)
      }
    } catch {
      // Refuses: FreeRADIUS takes everything but 200 and 204 for a no.
      if (!response.headersSent) send(response, 500)
    }
  }
}

function isPath(path: string): path is keyof Handlers {
  return path === '/v1/authorize' || path === '/v1/accounting'
}
