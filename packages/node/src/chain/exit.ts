import { createSecureServer, type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { ASK_ROUTES, endTogether, joinFlow, Lasting, SEAL, ShortQueue, sealContext } from '@conet/client/chain'
import { ok, type Result, reject } from '@conet/core/errors'
import { agreeAsHolder } from '@conet/core/identity'
import type { Did, Millis } from '@conet/core/units'
import { decodeBase64url } from '@conet/core/wire'
import { endWhenSilent, type ListenAt, listenForLegs, refuse, say } from './line.js'
import { type CarryRequest, type RequestPorts, RequestReader } from './request.js'

/** A channel without a leg ends after this: the terminal gives up at half of it. */
const LEGLESS_MS: Millis = 60_000
const MOST_CHANNELS = 4_096
/** Channels of one terminal: more are a flood. */
const MOST_PER_TERMINAL = 8
/** Flows of one channel at a time. */
const MOST_FLOWS = 1_024
/** A channel over which no seal comes about ends after this. */
const HANDSHAKE_MS: Millis = 10_000

export interface ExitOptions extends RequestPorts {
  readonly listen: ListenAt
  readonly lid: string
  /** `did:key` of the node's key, and its seed: who holds it can open the seal. */
  readonly did: Did
  readonly seed: Uint8Array
  readonly monotonic: () => Millis
  /** A leg without any byte for this long has lost its other end. Default 60,000. */
  readonly silentMs?: Millis
  /** DID of this node's owner, whom vouchers name. */
  readonly provider: Did
  /** Base URL of this node's API, as its offers name it. */
  readonly api: string
  /** Where an authority that a flow asks for is reached here; `undefined`: not for strangers. */
  readonly inside: (authority: string) => ListenAt | undefined
}

interface Channel {
  readonly terminal: Did
  readonly key: string
  readonly lasting: Lasting
  /** Number of the newest leg. */
  leg: number
  timer: NodeJS.Timeout | undefined
}

/**
 * Where sealed channels end: flows inside reach this node's API and gateway, nothing else; who pays and what may pass is
 * for them to say.
 *
 * @throws ConetError `CARRY_PORT`
 */
export async function startExit(options: ExitOptions): Promise<{ port: number; stop(): Promise<void> }> {
  const exit = new Exit(options)
  await exit.start()
  return { port: exit.port, stop: () => exit.stop() }
}

class Exit {
  readonly #options: ExitOptions
  readonly #requests: RequestReader
  readonly #channels = new Map<string, Channel>()
  readonly #sockets = new Set<Socket>()
  /** By the port of the channel's inner connection. */
  readonly #queues = new Map<number | undefined, ShortQueue>()
  readonly #sealed: Http2SecureServer
  #legs: Server | undefined
  #port = 0

  constructor(options: ExitOptions) {
    this.#options = options
    this.#requests = new RequestReader(options)
    this.#sealed = createSecureServer({
      ...SEAL,
      pskCallback: (_socket: unknown, channel: string) => this.#keyOf(channel),
      handshakeTimeout: HANDSHAKE_MS,
      settings: { initialWindowSize: 4 * 1024 * 1024, maxConcurrentStreams: MOST_FLOWS },
    } as Parameters<typeof createSecureServer>[0])
    this.#sealed.on('stream', (stream, headers) => this.#flow(stream, headers))
    this.#sealed.on('session', session => this.#watch(session))
    this.#sealed.on('sessionError', () => {})
    this.#sealed.on('tlsClientError', () => {})
  }

  get port(): number {
    return this.#port
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#sealed.listen(0, '127.0.0.1', resolve))
    this.#legs = await listenForLegs(this.#options.listen, (socket, line) => this.#leg(socket, line))
    this.#port = (this.#legs.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    const closed = [this.#legs, this.#sealed].map(
      server => new Promise<void>(resolve => server?.close(() => resolve())),
    )
    for (const id of [...this.#channels.keys()]) this.#end(id)
    for (const socket of this.#sockets) socket.destroy()
    await Promise.race([Promise.all(closed), new Promise(resolve => setTimeout(resolve, 1_000).unref())])
  }

  #leg(socket: Socket, line: string): void {
    this.#keep(socket)
    if (line === ASK_ROUTES) return void this.#tellRoutes(socket)
    const request = this.#requests.read(line)
    if (!request.ok) return void refuse(socket, request.code, request.data)
    const channel = this.#channelOf(request.value)
    if (!channel.ok) return void refuse(socket, channel.code, channel.data)
    const { timer, lasting } = channel.value
    clearTimeout(timer)
    endWhenSilent(socket, this.#options.silentMs)
    socket.write(`${JSON.stringify({ received: lasting.received })}\n`)
    lasting.attach(socket, Number(request.value.payload.received))
  }

  #tellRoutes(socket: Socket): void {
    const { lid, did, provider, api } = this.#options
    const routes = [{ path: [], rttMs: 0, shares: [], provider, api }]
    say(socket, { lid, did, maxRelays: 7, routes })
  }

  #channelOf({ terminal, payload }: CarryRequest): Result<Channel> {
    const { channel: id, key, leg, received, lid, path } = payload
    if (path.at(-1)?.did !== this.#options.did || lid !== this.#options.lid) return reject('CARRY_NOT_MINE')
    const known = this.#channels.get(id)
    if (known !== undefined) {
      if (known.terminal !== terminal || known.key !== key) return reject('CARRY_FORGED')
      // A leg that was held up on its way, or held back, must not drive out the one in use.
      if (leg <= known.leg) return reject('CARRY_REPLAYED')
      known.leg = leg
      return ok(known)
    }
    // Bytes of a channel that is gone cannot be sent again.
    if (received !== '0') return reject('CHANNEL_CLOSED')
    const own = [...this.#channels.values()].filter(channel => channel.terminal === terminal).length
    if (this.#channels.size >= MOST_CHANNELS || own >= MOST_PER_TERMINAL) return reject('CARRY_BUSY')
    return ok(this.#open(id, payload, terminal))
  }

  #open(id: string, { key, leg }: CarryRequest['payload'], terminal: Did): Channel {
    const lasting = new Lasting(this.#options.monotonic)
    const channel: Channel = { terminal, key, leg, lasting, timer: undefined }
    this.#channels.set(id, channel)
    const inner = connect((this.#sealed.address() as AddressInfo).port, '127.0.0.1')
    inner.setNoDelay(true)
    this.#keep(inner)
    inner.pipe(lasting)
    lasting.pipe(inner)
    inner.once('close', () => this.#end(id))
    lasting.on('error', () => {})
    lasting.on('leg', () => this.#queues.get(inner.localPort)?.forget())
    lasting.once('close', () => {
      inner.destroy()
      this.#end(id)
    })
    lasting.on('legless', () => {
      clearTimeout(channel.timer)
      channel.timer = setTimeout(() => this.#end(id), LEGLESS_MS)
      channel.timer.unref()
    })
    return channel
  }

  #watch(session: ServerHttp2Session): void {
    const { remotePort } = session.socket
    const queue = new ShortQueue(session, this.#options.monotonic)
    const stop = queue.watch()
    this.#queues.set(remotePort, queue)
    session.once('close', () => {
      stop()
      this.#queues.delete(remotePort)
    })
  }

  #end(id: string): void {
    const channel = this.#channels.get(id)
    if (channel === undefined) return
    this.#channels.delete(id)
    clearTimeout(channel.timer)
    channel.lasting.destroy()
  }

  #keyOf(id: string): Uint8Array | null {
    const channel = this.#channels.get(id)
    const stranger = channel === undefined ? undefined : decodeBase64url(channel.key)
    if (stranger === undefined) return null
    try {
      return agreeAsHolder(this.#options.seed, stranger, sealContext(this.#options.lid, id))
    } catch {
      // A key of small order agrees on nothing.
      return null
    }
  }

  #flow(stream: ServerHttp2Stream, headers: { readonly [name: string]: unknown }): void {
    stream.on('error', () => {})
    const wanted = headers[':method'] === 'CONNECT' ? this.#options.inside(String(headers[':authority'])) : undefined
    if (wanted === undefined) {
      stream.respond({ ':status': 403 }, { endStream: true })
      return
    }
    const socket = connect({ ...wanted, allowHalfOpen: true, noDelay: true })
    this.#keep(socket)
    socket.once('connect', () => {
      if (stream.destroyed) {
        socket.destroy()
        return
      }
      stream.respond({ ':status': 200 })
      joinFlow(stream, socket)
    })
    socket.once('close', () => {
      if (!stream.headersSent && !stream.destroyed) stream.respond({ ':status': 502 }, { endStream: true })
    })
    endTogether(stream, socket)
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
