import { WebSocket } from 'ws'
import { nativeSha256, nativeSigner, nativeVerify } from './native.js'
import { sharedPorts } from './shared.js'
import type { ClientPorts, Line, LineHandlers } from './types.js'

/** A frame is one envelope; the largest kind has 64 KiB. */
const MAX_FRAME_BYTES = 65_536
const HANDSHAKE_MS = 5_000

/** Ports of a Node process. */
export const nodePorts: ClientPorts = {
  ...sharedPorts,
  sha256: nativeSha256,
  verify: nativeVerify,
  signer: nativeSigner,
  openLine,
}

function openLine(url: string, protocols: readonly string[], handlers: LineHandlers): Line {
  const socket = new WebSocket(url, [...protocols], {
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
  })
  socket.on('open', () => handlers.onOpen())
  socket.on('message', (data, isBinary) => {
    if (!isBinary) handlers.onText(data.toString())
  })
  // An error is always followed by 'close'.
  socket.on('error', () => {})
  socket.on('close', () => handlers.onClose())
  return {
    send: text => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => (socket.readyState === WebSocket.CONNECTING ? socket.terminate() : socket.close()),
  }
}
