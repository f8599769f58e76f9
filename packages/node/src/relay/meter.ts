import type { Socket } from 'node:net'
import type { OwnCount } from '@conet/core/rounds'
import type { Bytes } from '@conet/core/units'

/** What buffers on the way may hold for a flow that nobody reads now (RND-6). */
const STALLED_FLOW_BYTES: Bytes = 10n * 1_048_576n
/** What may be lost unread when a flow breaks off (RND-6). */
const ABORTED_FLOW_BYTES: Bytes = 4n * 1_048_576n
/** Aborted flows widen what the upstream may claim for good, so only so many do in a session (RND-6). */
const MOST_ABORTED = 4n

/** A tunnel and its counts when it stood: what was read and written before is the handshake. */
interface Tunnel {
  readonly socket: Socket
  readonly readBefore: number
  readonly writtenBefore: number
  /** Bytes read at the last look: a flow that did not move is taken for stalled. */
  readAtLook: number
}

/**
 * The relay's own count of a nested session: payload of its tunnels, both ways. The operating system's handle counts
 * already, so nothing is added to the path of the bytes.
 */
export class TunnelMeter {
  readonly #open = new Set<Tunnel>()
  #up = 0n
  #down = 0n
  #aborted = 0n

  get openFlows(): number {
    return this.#open.size
  }

  /** Takes a tunnel into the count as soon as it stands; bytes that came with the answer are payload. */
  add(socket: Socket): void {
    const readBefore = socket.bytesRead - socket.readableLength
    const tunnel = { socket, readBefore, writtenBefore: socket.bytesWritten, readAtLook: -1 }
    this.#open.add(tunnel)
    socket.once('close', hadError => {
      this.#open.delete(tunnel)
      const { up, down } = countOf(tunnel)
      this.#up += up
      this.#down += down
      // What the upstream broke off is not for the relay to pay.
      if (!hadError && !socket.readableEnded && this.#aborted < MOST_ABORTED) this.#aborted++
    })
  }

  read(): OwnCount {
    let bytesUp = this.#up
    let bytesDown = this.#down
    let inFlight = this.#aborted * ABORTED_FLOW_BYTES
    for (const tunnel of this.#open) {
      const { up, down } = countOf(tunnel)
      bytesUp += up
      bytesDown += down
      if (tunnel.socket.bytesRead === tunnel.readAtLook) inFlight += STALLED_FLOW_BYTES
      tunnel.readAtLook = tunnel.socket.bytesRead
    }
    return { bytesUp, bytesDown, inFlight }
  }

  /** Cuts every tunnel: the session that carried them is over. What is counted so far stays counted. */
  closeAll(): void {
    for (const { socket } of this.#open) socket.destroy()
  }
}

function countOf({ socket, readBefore, writtenBefore }: Tunnel): { up: Bytes; down: Bytes } {
  return { up: BigInt(socket.bytesWritten - writtenBefore), down: BigInt(socket.bytesRead - readBefore) }
}
