import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { ConetError } from '@conet/core/errors'
import type { NftablesCode } from './codes.js'
import { NFTABLES_CODES } from './codes.js'
import { type Failure, type Hello, PROTOCOL_VERSION, type Push, type Reply, type Request } from './protocol.js'

type Asked = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The connection to the helper. It ends with the helper; whoever needs it again opens a new one. */
export class HelperLink {
  readonly hello: Promise<Hello>
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  #id = 0
  #over = false

  /**
   * @param onPush - what the helper tells unasked
   * @param onEnd - once, when the connection is over and nobody here ended it
   */
  constructor(path: string, onPush: (event: Push) => void, onEnd: () => void) {
    this.#socket = connect(path)
    const lines = createInterface({ input: this.#socket, crlfDelay: Number.POSITIVE_INFINITY })
    lines.on('error', () => {})
    lines.on('line', line => this.#take(line, onPush))
    this.#socket.on('error', () => {})
    this.#socket.once('close', () => {
      const unasked = !this.#over
      this.#fail(unreachable(path))
      if (unasked) onEnd()
    })
    this.hello = this.ask({ op: 'hello', version: PROTOCOL_VERSION }) as Promise<Hello>
    this.hello.catch(() => this.#socket.destroy())
  }

  /** @throws ConetError of the helper; `HELPER_UNREACHABLE` if it is gone */
  ask(request: Asked): Promise<unknown> {
    const id = ++this.#id
    return new Promise((resolve, reject) => {
      if (this.#over || this.#socket.destroyed) return reject(unreachable('its socket'))
      this.#waiting.set(id, { resolve, reject })
      this.#socket.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  }

  close(): void {
    this.#over = true
    this.#socket.destroy()
  }

  #take(line: string, onPush: (event: Push) => void): void {
    const message = JSON.parse(line) as Reply | Push
    if ('event' in message) {
      onPush(message)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.ok) waiting?.resolve(message.result)
    else waiting?.reject(errorOf(message.error))
  }

  #fail(error: ConetError): void {
    this.#over = true
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** The helper's refusal as the error of this room. */
export function errorOf({ code, message, data }: Failure): ConetError {
  const known = Object.hasOwn(NFTABLES_CODES, code) ? (code as NftablesCode) : 'KERNEL_REFUSED'
  return new ConetError(known, message, { verdict: NFTABLES_CODES[known], data: data ?? {} })
}

function unreachable(where: string): ConetError {
  return new ConetError(
    'HELPER_UNREACHABLE',
    `no gateway helper answers on ${where}: start it with "conet gateway helper" and let this user use its socket`,
    { verdict: 'retry' },
  )
}
