import { constants, type Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** Passes bytes between a flow's stream and its socket; the end of one direction leaves the other open. */
export function joinFlow(stream: Http2Stream, socket: Socket): void {
  socket.pipe(stream)
  stream.pipe(socket)
}

/**
 * When one side is gone the other goes too, in the same manner: what came to its end is written out first, what was cut
 * is cut there as well (RFC 9113 section 8.5), so that nobody takes half a file for a whole one.
 */
export function endTogether(stream: Http2Stream, socket: Socket): void {
  stream.on('error', () => {})
  socket.on('error', () => {})
  stream.once('close', () => {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR && stream.readableEnded) socket.destroySoon()
    else if (socket.connecting) socket.destroy()
    else socket.resetAndDestroy()
  })
  socket.once('close', () => {
    const whole = socket.readableEnded && socket.writableFinished
    stream.close(whole ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CONNECT_ERROR)
  })
}
