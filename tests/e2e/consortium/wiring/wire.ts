import { connect, createServer, type Server, type Socket } from 'node:net'

/** One line from a node to another: a relay on loopback that can be cut and slowed. */
export class Wire {
  readonly #server: Server
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #isCut = false
  /** Each chunk waits so long, and the next one behind it. */
  delayMs = 0

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer(incoming => this.#relay(incoming))
  }

  static async to(target: number): Promise<Wire> {
    const wire = new Wire(target)
    await new Promise<void>(done => wire.#server.listen(0, '127.0.0.1', done))
    wire.#server.unref()
    return wire
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  join(): void {
    this.#isCut = false
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #relay(incoming: Socket): void {
    if (this.#isCut) {
      incoming.destroy()
      return
    }
    const outgoing = connect(this.#target, '127.0.0.1')
    this.#pass(incoming, outgoing)
    this.#pass(outgoing, incoming)
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.on('error', () => undefined)
    from.once('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    from.on('data', chunk => {
      if (this.delayMs === 0 && to.write(chunk)) return
      from.pause()
      if (this.delayMs === 0) to.once('drain', () => from.resume())
      else setTimeout(() => to.write(chunk, () => from.resume()), this.delayMs)
    })
  }
}
