import { Agent, request } from 'node:http'

/** Answers are small; a batch of 500 refusals is below this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
const ANSWER_MS = 30_000

/** What CometBFT answers to one call. */
interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string; readonly data?: string }
}

/** Calls CometBFT by JSON-RPC over its socket; connections are kept. */
export class Rpc {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 })

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  /** @throws Error with what CometBFT says, or that it does not answer */
  async call(method: string, params: object = {}): Promise<unknown> {
    const answer = (await this.#postJson({ jsonrpc: '2.0', id: 0, method, params })) as Answer
    if (answer.error !== undefined) throw new Error(answer.error.data || answer.error.message)
    return answer.result
  }

  /**
   * Hands one text to the mempool as a form: CometBFT goes over a JSON call five times and decodes base64 after it, which was a
   * quarter of what a transaction costs it.
   *
   * @param text - one character for each byte
   * @returns why it was not taken, `undefined` if it was
   * @throws Error that CometBFT does not answer
   */
  async submit(text: string): Promise<string | undefined> {
    const form = `tx=0x${Buffer.from(text, 'latin1').toString('hex')}`
    const { error } = (await this.#post('/broadcast_tx_async', 'application/x-www-form-urlencoded', form)) as Answer
    return error && (error.data || error.message)
  }

  /**
   * Hands texts of any bytes to the mempool in one call, without waiting for its check: the application is asked, which is us.
   * @returns for each why it was not taken, `undefined` if it was
   */
  async broadcast(texts: readonly string[]): Promise<(string | undefined)[]> {
    const calls = texts.map((text, id) => {
      const tx = Buffer.from(text, 'latin1').toString('base64')
      return { jsonrpc: '2.0', id, method: 'broadcast_tx_async', params: { tx } }
    })
    const given = await this.#postJson(calls)
    // A batch of one is answered as one object.
    const answers = (Array.isArray(given) ? given : [given]) as readonly Answer[]
    const errors: (string | undefined)[] = texts.map(() => undefined)
    for (const { id, error } of answers) if (error !== undefined) errors[id] = error.data || error.message
    return errors
  }

  close(): void {
    this.#agent.destroy()
  }

  #postJson(body: object): Promise<unknown> {
    return this.#post('/', 'application/json', JSON.stringify(body))
  }

  #post(path: string, type: string, body: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: this.#socketPath,
        method: 'POST',
        path,
        agent: this.#agent,
        timeout: ANSWER_MS,
      }
      const sent = request({ ...options, headers: { 'content-type': type } }, response => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too large'))
          else chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString()))
          } catch (cause) {
            reject(new Error(`CometBFT answered ${response.statusCode} with what is no JSON`, { cause }))
          }
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`CometBFT did not answer within ${ANSWER_MS} ms`)))
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
