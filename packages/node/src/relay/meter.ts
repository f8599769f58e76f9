import type { Socket } from 'node:net'
import { BrokenFlows, type OwnCount, underWayBytes, unreadBytes } from '@conet/core/rounds'
import type { Bytes } from '@conet/core/units'

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
  readonly #broken = new BrokenFlows()

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
      if (!hadError && !socket.readableEnded) this.#broken.add(down)
    })
  }

  read(): OwnCount {
    let bytesUp = this.#up
    let bytesDown = this.#down
    let inFlight = this.#broken.bytes
    for (const tunnel of this.#open) {
      const { up, down } = countOf(tunnel)
      bytesUp += up
      bytesDown += down
      inFlight += tunnel.socket.bytesRead === tunnel.readAtLook ? unreadBytes(down) : underWayBytes(down)
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
