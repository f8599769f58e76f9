import { request } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AccessPoint } from '@conet/core/rounds'
import type { Clock } from '../clock.js'
import { authorityOf, basicAuth } from './dial-proxy.js'
import { createEgress } from './egress.js'
import { createProxyGateway, type ProxyOptions } from './gateway.js'
import type { Target } from './target.js'

/** Test help: what a device does to get through a proxy, and services behind it. */

const LOOPBACK = '127.0.0.1'

/** A service on a free loopback port. */
export interface Service extends Target {
  readonly connections: Set<Socket>
  close(): Promise<void>
}

/** Serves connections until closed. */
export async function serve(onConnection: (socket: Socket) => void): Promise<Service> {
  const connections = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    connections.add(socket)
    socket.on('error', () => {}).once('close', () => connections.delete(socket))
    onConnection(socket)
  })
  await new Promise<void>(resolve => server.listen(0, LOOPBACK, resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = () => {
    for (const socket of connections) socket.destroy()
    return new Promise<void>(resolve => server.close(() => resolve()))
  }
  return { host: LOOPBACK, port, connections, close }
}

/** Sends everything back, half-open included. */
export const serveEcho = () => serve(socket => socket.pipe(socket))

/** A proxy gateway on loopback that may reach loopback. */
export function localGateway(options: Partial<ProxyOptions> = {}) {
  const egress = createEgress({ allow: ['127.0.0.0/8'] })
  return createProxyGateway({ listen: { host: LOOPBACK, port: 0 }, egress, ...options })
}

/** A refusal as the client reads it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`${status} ${code}`)
  }
}

type Door = Pick<AccessPoint, 'host' | 'port'> & Partial<Pick<AccessPoint, 'username' | 'password'>>

/** Opens a CONNECT tunnel. @throws Refused */
export function httpTunnel(access: Door, target: Target | string): Promise<Socket> {
  const { username, password } = access
  const path = typeof target === 'string' ? target : authorityOf(target)
  const auth =
    username === undefined || password === undefined ? {} : { 'Proxy-Authorization': basicAuth({ username, password }) }
  return new Promise((resolve, reject) => {
    const ask = request({
      createConnection: () => connect({ host: access.host, port: access.port, allowHalfOpen: true }),
      method: 'CONNECT',
      path,
      headers: auth,
    })
    ask.once('error', reject)
    ask.once('connect', (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy()
        return reject(new Refused(answer.statusCode ?? 0, String(answer.headers['conet-code'])))
      }
      if (head.length > 0) socket.unshift(head)
      socket.on('error', () => {})
      resolve(socket as Socket)
    })
    ask.end()
  })
}

/** Writes raw bytes to the proxy and reads everything until it hangs up. */
export function raw(access: Door, chunks: readonly (Uint8Array | string)[], end = false): Promise<Buffer> {
  return new Promise(resolve => {
    const got: Buffer[] = []
    const socket = connect({ host: access.host, port: access.port, allowHalfOpen: true, noDelay: true })
    socket.on('error', () => {})
    socket.on('data', chunk => got.push(chunk))
    socket.once('end', () => socket.destroy())
    socket.once('close', () => resolve(Buffer.concat(got)))
    socket.once('connect', () => {
      for (const chunk of chunks) socket.write(chunk)
      if (end) socket.end()
    })
  })
}

/** Reads exactly `size` bytes. */
function readExactly(socket: Socket, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('hung up'))
    const look = () => {
      const bytes = socket.read(size) as Buffer | null
      if (bytes === null) return
      socket.removeListener('readable', look).removeListener('close', gone).removeListener('end', gone)
      resolve(bytes)
    }
    socket.on('readable', look).once('close', gone).once('end', gone)
    look()
  })
}

const prefixed = (text: string) => [Buffer.byteLength(text), ...Buffer.from(text)]

/** Bytes of a SOCKS5 CONNECT by name. */
export const socksByName = (host: string, port: number, command = 1) =>
  Uint8Array.from([5, command, 0, 3, ...prefixed(host), port >> 8, port & 0xff])

/** Bytes of RFC 1929 credentials. */
export const socksCredentials = ({ username = '', password = '' }: Door) =>
  Uint8Array.from([1, ...prefixed(username), ...prefixed(password)])

/** Opens a SOCKS5 flow with a request as raw bytes. @throws Refused with the reply code */
export async function socksTunnel(access: Door, ask: Uint8Array): Promise<Socket> {
  const socket = connect({ host: access.host, port: access.port, allowHalfOpen: true, noDelay: true })
  socket.on('error', () => {})
  try {
    socket.write(Uint8Array.of(5, 1, 2))
    await readExactly(socket, 2)
    socket.write(socksCredentials(access))
    const auth = await readExactly(socket, 2)
    if (auth[1] !== 0) throw new Refused(auth[1] ?? 255, 'auth')
    socket.write(ask)
    const reply = await readExactly(socket, 10)
    if (reply[1] !== 0) throw new Refused(reply[1] ?? 255, 'reply')
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** A clock that stands still until it is moved on, and the timers that were set on it. */
export class Timers implements Clock {
  time = 0
  /** The most that were set at once. */
  most = 0
  /** How many have come. */
  fired = 0
  readonly #set = new Set<{ readonly at: number; readonly run: () => void }>()

  now = () => this.time

  after = (delay: number, run: () => void) => {
    const timer = { at: this.time + delay, run }
    this.#set.add(timer)
    this.most = Math.max(this.most, this.#set.size)
    return () => void this.#set.delete(timer)
  }

  advance(to: number): void {
    for (;;) {
      const due = [...this.#set].filter(({ at }) => at <= to).sort((one, other) => one.at - other.at)[0]
      if (due === undefined) break
      this.#set.delete(due)
      this.time = Math.max(this.time, due.at)
      this.fired += 1
      due.run()
    }
    this.time = to
  }
}
