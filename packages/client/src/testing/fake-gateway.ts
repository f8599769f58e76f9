import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Count, GrantPayload } from '@conet/core/rounds'

/** The least a gateway must do, for tests: CONNECT only, counted, held back at the quota, cut at the end. */
export class FakeGateway {
  count: Count = { bytesUp: 0n, bytesDown: 0n }
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #said: (event: 'half' | 'quota') => void
  #until = 0
  #quota = 0n
  #extendedAt = 0n
  #told = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(said: (event: 'half' | 'quota') => void) {
    this.#said = said
    this.#server = createServer((_, response) => response.writeHead(405).end())
    this.#server.on('connect', (request, socket, head) => {
      this.#tunnel(request.url ?? '', request.headers['proxy-authorization'], socket as Socket, head)
    })
  }

  async listen(): Promise<GrantPayload['access']> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return { host: '127.0.0.1', port, protocols: ['http'], username: 'u', password: 'p' }
  }

  extend(until: number, quota: bigint): void {
    this.#until = until
    this.#quota = quota
    this.#extendedAt = this.#total
    this.#told.clear()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.cut(), until - Date.now())
    for (const socket of this.#sockets) socket.resume()
  }

  /** Cuts every flow. */
  cut(): Count {
    this.#until = 0
    for (const socket of this.#sockets) socket.destroy()
    return this.count
  }

  /** The process dies: the port is gone at once. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.cut()
    this.#server.closeAllConnections()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  get #total(): bigint {
    return this.count.bytesUp + this.count.bytesDown
  }

  #tunnel(target: string, credentials: string | undefined, client: Socket, head: Buffer): void {
    client.on('error', () => {})
    if (credentials !== `Basic ${Buffer.from('u:p').toString('base64')}` || Date.now() >= this.#until) {
      client.end('HTTP/1.1 407 No\r\nConet-Code: SESSION_EXPIRED\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const colon = target.lastIndexOf(':')
    const origin = connect({ host: target.slice(0, colon), port: Number(target.slice(colon + 1)), allowHalfOpen: true })
    origin.once('error', () => {
      client.end('HTTP/1.1 502 No\r\nConet-Code: CONNECT_REFUSED\r\nContent-Length: 0\r\n\r\n')
    })
    origin.once('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      if (head.length > 0) client.unshift(head)
      this.#pump(client, origin, 'bytesUp')
      this.#pump(origin, client, 'bytesDown')
    })
  }

  #pump(from: Socket, to: Socket, way: keyof Count): void {
    this.#sockets.add(from)
    from.on('data', (chunk: Buffer) => {
      this.count = { ...this.count, [way]: this.count[way] + BigInt(chunk.length) }
      if (!to.write(chunk)) from.pause()
      this.#watch(from)
    })
    to.on('drain', () => this.#total < this.#quota && from.resume())
    from.on('end', () => to.end())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroySoon()
    })
  }

  #watch(from: Socket): void {
    if ((this.#total - this.#extendedAt) * 2n > this.#quota - this.#extendedAt) this.#tell('half')
    if (this.#total < this.#quota) return
    from.pause()
    this.#tell('quota')
  }

  #tell(event: 'half' | 'quota'): void {
    if (this.#told.has(event)) return
    this.#told.add(event)
    this.#said(event)
  }
}
