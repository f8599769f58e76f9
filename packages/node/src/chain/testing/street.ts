import { createHash, randomBytes } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { nodePorts } from '@conet/client'
import { Chain, type ChainOptions, type Neighbour } from '@conet/client/chain'
import type { RelayLimits } from '@conet/core/carry'
import type { KeySigner } from '@conet/core/identity'
import { type ExitOptions, startExit } from '../exit.js'
import { type CarryEvent, type RelayHandle, type RelayOptions, startRelay } from '../relay.js'

export const LID = 'street'
/** Owner of the street's exits. */
export const PROVIDER = 'did:key:zOwnerOfTheExit'
const HOST = '127.0.0.1'

export const NO_LIMITS: RelayLimits = {
  maxRelays: 3,
  minBatteryPercent: 20,
  dataCapPerDay: 10n ** 12n,
  hours: [],
  allowed: [],
  denied: [],
  maxChannels: 16,
  unpaidBytes: 1n << 40n,
}

export function key(): { signer: KeySigner; seed: Uint8Array } {
  const seed = new Uint8Array(randomBytes(32))
  return { signer: nodePorts.signer(seed), seed }
}

/** A wire that can fall silent without closing, as a relay does that lost its power. */
export interface Wire extends Neighbour {
  freeze(): void
  /** Breaks what runs; new legs may come. */
  cut(): void
  stop(): void
}

/** A street of terminals, relays and one exit on this machine; everything made here ends with `stop`. */
export class Street {
  readonly #ends: (() => unknown)[] = []
  readonly ports = { sha256: nodePorts.sha256, verify: nodePorts.verify, now: () => Date.now() }
  readonly inside = new Map<string, Neighbour>()
  readonly events: CarryEvent[] = []

  /** `again`: with the key and on the port of one that stopped. */
  async exit(
    more: Partial<ExitOptions> = {},
    again?: { at: Neighbour; seed: Uint8Array },
  ): Promise<{ at: Neighbour; did: string; seed: Uint8Array; stop: () => Promise<void> }> {
    const seed = again?.seed ?? key().seed
    const signer = nodePorts.signer(seed)
    const { port, stop } = await startExit({
      ...this.ports,
      listen: { host: HOST, port: again?.at.port ?? 0 },
      lid: LID,
      did: signer.did,
      seed,
      monotonic: () => performance.now(),
      provider: PROVIDER,
      api: 'http://exit.example:8640',
      inside: authority => this.inside.get(authority),
      ...more,
    })
    this.#ends.push(stop)
    return { at: { host: HOST, port }, did: signer.did, seed, stop }
  }

  async relay(
    next: readonly Neighbour[],
    more: Partial<RelayOptions> = {},
  ): Promise<RelayHandle & { did: string; at: Neighbour }> {
    const { signer } = key()
    const handle = await startRelay({
      ...this.ports,
      listen: { host: HOST, port: 0 },
      lid: LID,
      did: signer.did,
      shareBps: 0,
      limits: NO_LIMITS,
      next,
      state: () => ({ batteryPercent: undefined, carriedToday: 0n, minuteOfDay: 0 }),
      onCarried: () => {},
      allowance: () => 1e12,
      monotonic: () => performance.now(),
      onEvent: event => this.events.push(event),
      ...more,
    })
    this.#ends.push(() => handle.stop())
    return Object.assign(handle, { did: signer.did, at: { host: HOST, port: handle.port } })
  }

  /** A wire to `to`. */
  async wire(to: Neighbour): Promise<Wire> {
    const sockets = new Set<Socket>()
    let frozen = false
    const server = createServer(near => {
      const far = connect(to)
      for (const [from, onward] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from)
        from.on('error', () => {})
        from.on('data', chunk => frozen || onward.write(chunk))
        from.once('close', () => frozen || onward.destroy())
      }
    })
    const port = await listen(server)
    const cut = () => {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    }
    const stop = () => {
      server.close()
      cut()
    }
    this.#ends.push(stop)
    const freeze = () => {
      frozen = true
    }
    return { host: HOST, port, freeze, cut, stop }
  }

  /** A server that sends back what it gets; known to the exit as `authority`. */
  echo(authority: string): Promise<void> {
    return this.serve(authority, socket => void socket.pipe(socket))
  }

  /** A server that sends so many bytes, as fast as they are taken. */
  source(authority: string, size: number): Promise<void> {
    return this.serve(authority, socket => void socket.end(Buffer.alloc(size)))
  }

  async serve(authority: string, onSocket: (socket: Socket) => void): Promise<void> {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      socket.on('error', () => {})
      onSocket(socket)
    })
    this.inside.set(authority, { host: HOST, port: await listen(server) })
    this.#ends.push(() => {
      server.close()
      for (const socket of sockets) socket.destroy()
    })
  }

  terminalOptions(neighbours: readonly Neighbour[], more: Partial<ChainOptions> = {}): ChainOptions {
    return {
      lid: LID,
      signer: key().signer,
      neighbours,
      random: size => new Uint8Array(randomBytes(size)),
      now: () => Date.now(),
      monotonic: () => performance.now(),
      ...more,
    }
  }

  async terminal(neighbours: readonly Neighbour[], more: Partial<ChainOptions> = {}): Promise<Chain> {
    const chain = await Chain.open(this.terminalOptions(neighbours, more))
    this.#ends.push(() => chain.close())
    return chain
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.reverse()) await end()
  }
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port)))
}

/** Sends `size` bytes to a port that answers with the same, and compares what comes back. */
export async function echoed(
  at: Neighbour,
  size: number,
  onBytes: (received: number) => void = () => {},
): Promise<boolean> {
  const sent = randomBytes(size)
  const hash = createHash('sha256')
  const socket = connect(at)
  socket.on('error', () => {})
  let received = 0
  const done = new Promise<boolean>(resolve => {
    socket.on('data', chunk => {
      hash.update(chunk)
      received += chunk.length
      onBytes(received)
      if (received >= size) resolve(hash.digest('hex') === createHash('sha256').update(sent).digest('hex'))
    })
    socket.once('close', () => resolve(false))
  })
  socket.write(sent)
  const same = await done
  socket.destroy()
  return same
}

/** Payload of a first line by hand. */
export function carry(more: object) {
  return {
    lid: LID,
    channel: '00112233445566778899aabbccddeeff',
    key: 'CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    leg: 1,
    received: '0',
    exp: Math.floor(Date.now() / 1_000) + 60,
    nonce: randomBytes(16).toString('base64url'),
    ...more,
  }
}
