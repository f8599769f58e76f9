import type { Socket } from 'node:net'
import type { FlowMeter } from './meter.js'

/** A connection on which nothing moves for this long is forgotten by most networks anyway. */
const IDLE_MS = 300_000

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
    let down = 0
    let open = 2
    meter.openFlows++
    const flow = {}
    local.on('data', (chunk: Buffer) => meter.up(chunk.length))
    tunnel.on('data', (chunk: Buffer) => {
      down += chunk.length
      meter.down(chunk.length)
      meter.stalled(flow, local.writableLength + chunk.length >= local.writableHighWaterMark)
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
      tunnel.destroy()
      if (open > 0) return
      meter.stalled(flow, false)
      if (!inOrder && first === local) meter.aborted()
      meter.openFlows--
      resolve(down)
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
