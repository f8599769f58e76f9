import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { ConetError } from '@conet/core/errors'

/** A line for every session an owner serves at most (20,000), and room for calls. */
export const MAX_CONNECTIONS = 24_000
/** Above the limit this many more are answered with the reason; the system refuses the rest. */
const TOLD = 1_000
/** Connections above the limit are for hearing why only. */
const TOLD_MS = 5_000

/** Streams of blocks at once: each follower has one. */
export const MAX_STREAMS = 256
/** Of one address: a member with several nodes, not one that keeps all others out. */
const STREAMS_PER_ADDRESS = 32

/** Refuses connections above a limit with an answer, not with silence. */
export class Crowd {
  readonly #excess = new WeakSet<Duplex>()
  readonly #limit: number
  #open = 0

  constructor(server: Server, limit: number) {
    this.#limit = limit
    server.maxConnections = limit + TOLD
    // One listener for all, and no `once`, which keeps three objects for each connection: a socket closes once.
    const left = () => {
      this.#open--
    }
    server.on('connection', socket => {
      // Handed in again (ignoreUpgrade), it is counted already.
      if (socket.listenerCount('close', left) > 0) return
      this.#open++
      socket.on('close', left)
      if (this.#open <= limit) return
      this.#excess.add(socket)
      setTimeout(() => socket.destroy(), TOLD_MS).unref()
    })
  }

  /** @returns `CROWDED` if this connection is one too many */
  refuse(socket: Duplex): ConetError | undefined {
    if (!this.#excess.has(socket)) return undefined
    return new ConetError('CROWDED', 'the node has all the connections it takes; try again in a moment', {
      verdict: 'retry',
      data: { limit: this.#limit, retryAfterMs: TOLD_MS },
    })
  }
}

/** Streams that are open, in all and by address. */
export class StreamSlots {
  readonly #limit: number
  readonly #byAddress = new Map<string, number>()
  #open = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * @returns a function that gives the place back, to be called once
   * @throws ConetError `STREAMS_FULL`
   */
  take(address: string): () => void {
    const own = this.#byAddress.get(address) ?? 0
    if (this.#open >= this.#limit || own >= STREAMS_PER_ADDRESS) {
      const message = 'the node serves all the block streams it can; follow another member, or try again later'
      const data = { limit: this.#limit, perAddress: STREAMS_PER_ADDRESS, retryAfterMs: TOLD_MS }
      throw new ConetError('STREAMS_FULL', message, { verdict: 'retry', data })
    }
    this.#open++
    this.#byAddress.set(address, own + 1)
    return () => {
      this.#open--
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left === 0) this.#byAddress.delete(address)
      else this.#byAddress.set(address, left)
    }
  }
}
