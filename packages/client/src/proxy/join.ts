import type { Socket } from 'node:net'
import type { FlowMeter } from './meter.js'

/** A connection on which nothing moves for this long is forgotten by most networks anyway. */
const IDLE_MS = 300_000

/** Of what the system holds for a tunnel that was not read, so much is taken; what more there is, is allowed for (RND-6). */
const MOST_READ_OUT_BYTES = 6 * 1_048_576
const READ_OUT_MS = 100

/** A side that had sent and received everything; the other may still be writing out its last bytes. */
const closedInOrder = (socket: Socket) => socket.readableEnded && socket.writableFinished

/**
 * Joins a local connection and a tunnel until both ways have ended. Reading stops when the other side does not take
 * more; an end on one side is passed on while the other still flows; a break ends both.
 *
 * @returns bytes that came down, once it is over
 */
export function join(local: Socket, tunnel: Socket, meter: FlowMeter): Promise<number> {
  return new Promise(resolve => {
    let open = 2
    const flow = meter.begin()
    local.on('data', (chunk: Buffer) => meter.up(chunk.length))
    tunnel.on('data', (chunk: Buffer) => {
      meter.down(flow, chunk.length)
      if (!local.destroyed) meter.stalled(flow, local.writableLength + chunk.length >= local.writableHighWaterMark)
    })
    local.on('drain', () => meter.stalled(flow, false))
    let first: Socket | undefined
    const closed = (side: Socket) => {
      open--
      first ??= side
      // A program that half-closed and reads slowly gets the rest, although the tunnel is done.
      if (open > 0 && closedInOrder(side)) return
      const inOrder = tunnel.readableEnded && local.writableFinished
      local.destroy()
      if (open > 0 && side === local && meter.isStalled(flow)) readOut(tunnel)
      else tunnel.destroy()
      if (open > 0) return
      meter.end(flow, !inOrder && first === local)
      resolve(flow.bytesDown)
    }
    for (const socket of [local, tunnel]) {
      socket.setTimeout(IDLE_MS, () => socket.destroy())
      if (!socket.closed) socket.once('close', () => closed(socket))
    }
    local.pipe(tunnel)
    tunnel.pipe(local)
    // One side may have gone while the other was being opened.
    for (const socket of [local, tunnel]) if (socket.closed) closed(socket)
  })
}

/**
 * Takes what has arrived before a tunnel is broken off: it is billed, and left unread it would be missing in our own count (RND-6).
 */
function readOut(tunnel: Socket): void {
  const before = tunnel.bytesRead
  tunnel.on('data', () => {
    if (tunnel.bytesRead - before >= MOST_READ_OUT_BYTES) tunnel.destroy()
  })
  setTimeout(() => tunnel.destroy(), READ_OUT_MS)
  tunnel.resume()
}
