import { sha256, signerFromSeed, verify } from '@conet/core/identity'
import { sharedPorts } from '../shared.js'
import type { ClientPorts, Line, LineHandlers } from '../types.js'

/** The part of the platform's WebSocket that is used; Node 20 has none. */
interface PlatformSocket {
  readonly readyState: number
  send(text: string): void
  close(): void
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
}
type PlatformSocketClass = new (url: string, protocols: string[]) => PlatformSocket

const OPEN = 1

/** Ports of a browser: no native code, the platform's WebSocket. */
export function browserPorts(socketClass: PlatformSocketClass): ClientPorts {
  return {
    ...sharedPorts,
    sha256,
    verify,
    signer: seed => signerFromSeed(seed),
    openLine: (url, protocols, handlers) => openLine(new socketClass(url, [...protocols]), handlers),
  }
}

function openLine(socket: PlatformSocket, handlers: LineHandlers): Line {
  socket.addEventListener('open', () => handlers.onOpen())
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') handlers.onText(data)
  })
  socket.addEventListener('close', () => handlers.onClose())
  return {
    send: text => {
      if (socket.readyState === OPEN) socket.send(text)
    },
    close: () => socket.close(),
  }
}
