import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ConetError } from '@conet/core/errors'
import type { ProviderService } from '../provider/contract.js'
import { apiError, errorBody, statusOf } from './errors.js'
import { acceptUpgrade, checkUpgrade, OpenLines } from './lines/index.js'

/** Subprotocols of the line that carries statements and vouchers: from the second on, the client reads statements signed together. */
const ROUNDS_PROTOCOLS = ['conet.rounds.2', 'conet.rounds.1'] as const
/** Who was refused has this long to take the answer. */
const REFUSED_MS = 1_000
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
  // What still comes is thrown away: left unread, it would keep the socket open for ever.
  socket.resume()
  setTimeout(() => socket.destroy(), REFUSED_MS).unref()
}

/** Serves the WebSocket of every session: one per session, uncompressed, small frames. */
export class RoundsSockets {
  readonly #ports: RoundsPorts
  readonly #lines = new OpenLines()

  constructor(ports: RoundsPorts) {
    this.#ports = ports
  }

  /** Listener for the HTTP server's `upgrade`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the line takes over nobody else listens, and a reset would end the process.
    socket.on('error', giveUp)
    const sid = PATH.exec(request.url ?? '')?.[1]
    const refusal = this.#ports.refuse(request) ?? this.#refuseLine(sid, request)
    if (sid === undefined || refusal !== undefined) {
      refuseUpgrade(socket, refusal ?? apiError('NOT_FOUND', 'nothing speaks WebSocket here'))
      return
    }
    // The server hands over plain sockets only; anything else carries no line.
    if (socket instanceof Socket) this.#attach(sid, request, socket, head)
    else socket.destroy()
  }

  #refuseLine(sid: string | undefined, request: IncomingMessage): ConetError | undefined {
    if (sid === undefined) return apiError('NOT_FOUND', 'nothing speaks WebSocket here')
    if (this.#ports.provider.get(sid) === undefined) {
      return new ConetError('SESSION_UNKNOWN', 'this provider knows no such session; request a new one', {
        data: { sid },
      })
    }
    if (checkUpgrade(request) && protocolOf(request) !== undefined) return undefined
    return apiError('UPGRADE_REQUIRED', `ask for the subprotocol ${ROUNDS_PROTOCOLS.join(' or ')}`)
  }

  #attach(sid: string, request: IncomingMessage, socket: Socket, head: Buffer): void {
    const protocol = protocolOf(request) ?? 'conet.rounds.1'
    acceptUpgrade(request, socket, protocol)
    const line = this.#lines.open(socket, protocol !== 'conet.rounds.1')
    socket.off('error', giveUp)
    const attached = this.#ports.provider.attach(sid, line)
    if (attached.ok) {
      if (head.length > 0) line.take(head)
      return
    }
    line.send(JSON.stringify(errorBody(attached.code, `refused: ${attached.code}`, attached.data)))
    line.close(1008, attached.code)
  }

  /** Ends every line. */
  close(): void {
    this.#lines.closeAll(1001, 'the node stops')
  }
}

/** The newest subprotocol that both sides speak. */
function protocolOf({ headers }: IncomingMessage): (typeof ROUNDS_PROTOCOLS)[number] | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim())
  return ROUNDS_PROTOCOLS.find(protocol => offered.includes(protocol))
}

function giveUp(this: Duplex): void {
  this.destroy()
}
