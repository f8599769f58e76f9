import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { Millis } from '@conet/core/units'

/**
 * Opens a TCP connection within `waitMs`. From then on a failure shows as 'close'.
 *
 * @throws what `failed` makes of the cause; there is none if the time was over
 */
export function connectWithin(
  to: TcpNetConnectOpts,
  waitMs: Millis,
  failed: (cause?: Error) => Error,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ noDelay: true, ...to })
    const fail = (cause?: Error) => {
      socket.destroy()
      reject(failed(cause))
    }
    socket.setTimeout(waitMs, () => fail())
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.off('error', fail)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}
