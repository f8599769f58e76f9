import { constants, type Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** Passes bytes between a flow's stream and its socket; the end of one direction leaves the other open. */
export function joinFlow(stream: Http2Stream, socket: Socket): void {
  socket.pipe(stream)
  // A stream that is cut says 'end' as well, just before it says that it was cut.
  stream.pipe(socket, { end: false })
  stream.once('end', () => setImmediate(() => stream.rstCode === constants.NGHTTP2_NO_ERROR && socket.end()))
}

/**
 * When one side is gone the other goes too, in the same manner: what came to its end is written out first, what was cut
 * is cut there as well (RFC 9113 section 8.5), so that nobody takes half a file for a whole one.
 */
export function endTogether(stream: Http2Stream, socket: Socket): void {
  let whole = false
  stream.on('error', () => {})
  socket.on('error', () => {})
  stream.once('end', () => {
    whole = !stream.destroyed
  })
  stream.once('close', () => {
    if (whole && stream.rstCode === constants.NGHTTP2_NO_ERROR) socket.destroySoon()
    else if (socket.connecting) socket.destroy()
    else socket.resetAndDestroy()
  })
  socket.once('close', () => {
    const ended = socket.readableEnded && socket.writableFinished
    stream.close(ended ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CONNECT_ERROR)
  })
}
