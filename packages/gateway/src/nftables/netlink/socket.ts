import { getSystemErrorName } from 'node:util'
import { RawNetlinkSocket } from 'netlink'
import { type Message, messagesOf } from './reader.js'

/** The kernel's refusal, with the name of the error (`EPERM`, `ENOENT` …) and the message it means. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError'

  constructor(
    readonly errno: string,
    readonly seq: number,
  ) {
    super(`the kernel answered ${errno}`)
  }
}

/** Reads one answer; `true` says that this was the last one. */
export type Take = (message: Message) => boolean

const ERROR = 2
/** The kernel answers within microseconds: silence this long means lost answers (a full receive buffer). */
const SILENCE_MS = 2_000

/**
 * The send buffer bounds one send. The kernel caps what is asked for (`wmem_max`) and doubles it (socket(7)). Without asking it is 160 KiB
 * where words have 32 bits: too little for a full transaction.
 */
const BUFFERS = { recvBufferSize: 212_992, sendBufferSize: 212_992 }

/**
 * For long answers: each part is read at once, without asking for its size. The kernel makes parts only as long as it saw us read before, and
 * walks a set from its beginning for each; 32 KiB is the most it makes.
 */
const LONG_ANSWERS = { messagePeeking: false, msgBufferSize: 32_768, ...BUFFERS }

interface Waiting {
  readonly first: number
  readonly last: number
  readonly take: Take
  readonly done: (error?: Error) => void
}

/** The number in an error message; 0 is a plain acknowledgement. */
export function errorNumber({ type, body }: Message): number | undefined {
  return type === ERROR ? -body.readInt32LE(0) : undefined
}

export function errnoName(number: number): string {
  return getSystemErrorName(-number)
}

/** One netlink socket: one exchange at a time, in the order they were asked for. */
export class NetlinkLine {
  readonly #socket: RawNetlinkSocket
  #seq = 1
  #waiting: Waiting | undefined
  #queue: Promise<unknown> = Promise.resolve()

  /**
   * @param protocol - of linux/netlink.h: 0 routing, 12 netfilter
   * @param answers - `long` for reading whole sets: each answer takes a large buffer until it is collected
   */
  constructor(protocol: number, answers: 'short' | 'long' = 'short') {
    this.#socket = new RawNetlinkSocket(protocol, answers === 'long' ? LONG_ANSWERS : BUFFERS)
    this.#socket.on('message', data => this.#receive(data))
    this.#socket.on('error', error => this.#waiting?.done(error))
  }

  /** Takes sequence numbers for the next messages. */
  takeSeq(count: number): number {
    const first = this.#seq
    this.#seq = (this.#seq + count) % 0x7fff_0000
    if (this.#seq < first) this.#seq = 1
    return first
  }

  /** Sends messages numbered `first` to `last` and hands their answers to `take`; rejects with what `take` throws. */
  exchange(data: Buffer, first: number, last: number, take: Take): Promise<void> {
    const run = this.#queue.then(() => this.#send(data, first, last, take))
    this.#queue = run.catch(() => undefined)
    return run
  }

  close(): void {
    this.#waiting?.done(new NetlinkError('ECONNABORTED', 0))
    this.#socket.close()
  }

  #send(data: Buffer, first: number, last: number, take: Take): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(new NetlinkError('ETIMEDOUT', first)), SILENCE_MS)
      const done = (error?: Error) => {
        clearTimeout(timer)
        this.#waiting = undefined
        if (error === undefined) resolve()
        else reject(error)
      }
      this.#waiting = { first, last, take, done }
      this.#socket.send(data, { port: 0 }, error => error && done(error))
    })
  }

  #receive(data: Buffer): void {
    for (const message of messagesOf(data)) {
      const waiting = this.#waiting
      if (waiting === undefined || message.seq < waiting.first || message.seq > waiting.last) continue
      try {
        if (waiting.take(message)) waiting.done()
      } catch (error) {
        waiting.done(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }
}
