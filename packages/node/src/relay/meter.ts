import type { Socket } from 'node:net'
import type { OwnCount } from '@conet/core/rounds'
import type { Bytes } from '@conet/core/units'

/** What buffers on the way may hold for a flow that nobody reads now, and lose if it breaks off then (RND-6). */
const STALLED_FLOW_BYTES: Bytes = 10n * 1_048_576n
/**
 * Aborted flows widen what the upstream may claim for good: all together by this much, or by as much as came through, if that is more
 * (RND-6). A client that goes away leaves as much unread in front of the relay as it left behind it, and that is counted.
 */
const ABORTED_BYTES: Bytes = 4n * STALLED_FLOW_BYTES

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
      if (!hadError && !socket.readableEnded) this.#aborted += STALLED_FLOW_BYTES
    })
  }

  read(): OwnCount {
    let bytesUp = this.#up
    let bytesDown = this.#down
    let inFlight = 0n
    for (const tunnel of this.#open) {
      const { up, down } = countOf(tunnel)
      bytesUp += up
      bytesDown += down
      if (tunnel.socket.bytesRead === tunnel.readAtLook) inFlight += STALLED_FLOW_BYTES
      tunnel.readAtLook = tunnel.socket.bytesRead
    }
    const own = bytesUp + bytesDown
    const most = own > ABORTED_BYTES ? own : ABORTED_BYTES
    return { bytesUp, bytesDown, inFlight: inFlight + (this.#aborted < most ? this.#aborted : most) }
  }

  /** Cuts every tunnel: the session that carried them is over. What is counted so far stays counted. */
  closeAll(): void {
    for (const { socket } of this.#open) socket.destroy()
  }
}

function countOf({ socket, readBefore, writtenBefore }: Tunnel): { up: Bytes; down: Bytes } {
  return { up: BigInt(socket.bytesWritten - writtenBefore), down: BigInt(socket.bytesRead - readBefore) }
}
