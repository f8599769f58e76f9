import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { ConetError } from '@conet/core/errors'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ProviderService, RoundsChannel } from '../provider/contract.js'
import { apiError, errorBody, statusOf } from './errors.js'

/** Subprotocol of the line that carries statements and vouchers. */
export const ROUNDS_PROTOCOL = 'conet.rounds.1'
/** The largest frame of a client is a voucher: at most 8 KiB (WIRE-4), doubled. */
const MAX_FRAME_BYTES = 16_384
/** Unsent bytes after which a client that does not read is let go; it may come back any time. */
const SLOW_BYTES = 262_144
/** A line whose other end vanished is noticed within two of these. */
const PING_MS = 30_000
const PATH = /^\/v1\/sessions\/([0-9a-f]{32})\/rounds(?:\?.*)?$/

/** What the lines need of the node. */
export interface RoundsPorts {
  readonly provider: Pick<ProviderService, 'get' | 'attach'>
  /** @returns why this request may not come in at all: strange Host, too many */
  refuse(request: IncomingMessage): ConetError | undefined
}

function refuseUpgrade(socket: Duplex, error: ConetError): void {
  const body = JSON.stringify(errorBody(error.code, error.message, error.data))
  const length = Buffer.byteLength(body)
  const head = `HTTP/1.1 ${statusOf(error.code)} Refused\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${length}`
  socket.end(`${head}\r\n\r\n${body}`)
}

function channelOf(socket: WebSocket): RoundsChannel {
  return {
    send: text => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > SLOW_BYTES) socket.terminate()
      else socket.send(text)
    },
    close: (code, reason) => socket.close(code, reason),
    onMessage: callback => {
      socket.on('message', (data, binary) => {
        if (binary) socket.close(1003, 'text frames only')
        else callback(data.toString())
      })
    },
    onClose: callback => {
      socket.once('close', callback)
    },
  }
}

function keepAlive(socket: WebSocket): void {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, PING_MS)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}

/** Serves the WebSocket of every session: one per session, uncompressed, small frames. */
export class RoundsSockets {
  readonly #ports: RoundsPorts
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: offered => (offered.has(ROUNDS_PROTOCOL) ? ROUNDS_PROTOCOL : false),
  })

  constructor(ports: RoundsPorts) {
    this.#ports = ports
  }

  /** Listener for the HTTP server's `upgrade`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` takes over nobody else listens, and a reset would end the process.
    socket.on('error', () => socket.destroy())
    const sid = PATH.exec(request.url ?? '')?.[1]
    const refusal = this.#ports.refuse(request) ?? this.#refuseLine(sid, request)
    if (sid === undefined || refusal !== undefined) {
      refuseUpgrade(socket, refusal ?? apiError('NOT_FOUND', 'nothing speaks WebSocket here'))
      return
    }
    this.#server.handleUpgrade(request, socket, head, line => this.#attach(sid, line))
  }

  #refuseLine(sid: string | undefined, request: IncomingMessage): ConetError | undefined {
    if (sid === undefined) return apiError('NOT_FOUND', 'nothing speaks WebSocket here')
    if (this.#ports.provider.get(sid) === undefined) {
      return new ConetError('SESSION_UNKNOWN', 'this provider knows no such session; request a new one', {
        data: { sid },
      })
    }
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim())
    if (offered.includes(ROUNDS_PROTOCOL)) return undefined
    return apiError('UPGRADE_REQUIRED', `ask for the subprotocol ${ROUNDS_PROTOCOL}`)
  }

  #attach(sid: string, line: WebSocket): void {
    // An oversized or broken frame: `ws` closes the line itself.
    line.on('error', () => undefined)
    keepAlive(line)
    const attached = this.#ports.provider.attach(sid, channelOf(line))
    if (!attached.ok) {
      line.send(JSON.stringify(errorBody(attached.code, `refused: ${attached.code}`, attached.data)))
      line.close(1008, attached.code)
    }
  }

  /** Ends every line. */
  close(): void {
    for (const line of this.#server.clients) line.close(1001, 'the node stops')
    this.#server.close()
  }
}
