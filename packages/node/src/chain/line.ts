import { createServer, type Server, type Socket } from 'node:net'
import { readLine } from '@conet/client/chain'
import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'

/** A neighbour says at once what it wants. */
const FIRST_LINE_MS: Millis = 5_000
const MOST_CONNECTIONS = 1_024
/** An answer is read within this, or not at all. */
const HANG_UP_MS: Millis = 2_000
const SILENT_MS: Millis = 60_000

/** Where legs come in. */
export interface ListenAt {
  readonly host: string
  readonly port: number
}

/** Messages of the codes a leg may be refused with; the code is what programs read. */
const MEANING: Readonly<Record<string, string>> = {
  CARRY_MALFORMED: 'The first line is no carry request.',
  CARRY_FORGED: 'The request is not signed by the terminal it names.',
  CARRY_EXPIRED: 'The request is too old or too far ahead: set the clock.',
  CARRY_REPLAYED: 'This request was used before: sign a new one.',
  CARRY_NOT_MINE: 'This node is not on that path.',
  CARRY_HOPS: 'More relays than this one allows on a path.',
  CARRY_DENIED: 'The owner of this relay does not carry for you.',
  CARRY_BATTERY: 'The battery of this relay is low: try another.',
  CARRY_DATA_CAP: 'This relay has carried what its owner allows for a day: try another.',
  CARRY_HOURS: 'This relay does not carry at this hour: try another.',
  CARRY_BUSY: 'This relay carries for as many as it can: try another.',
  CARRY_NEXT_DOWN: 'The next hop does not answer: try another path.',
  CARRY_UNPAID: 'This relay has carried for you without being paid: pay, or try another.',
  CHANNEL_CLOSED: 'That channel has ended: open a new one.',
}

/** Writes a refusal as one line of JSON and hangs up. */
export function refuse(socket: Socket, code: string, data: object = {}): void {
  say(socket, { error: { code, message: MEANING[code] ?? code, data } })
}

/** Writes one line of JSON and hangs up, also on somebody who does not. */
export function say(socket: Socket, answer: object): void {
  socket.end(`${JSON.stringify(answer, decimal)}\n`)
  socket.resume()
  setTimeout(() => socket.destroy(), HANG_UP_MS).unref()
}

/**
 * Ends a leg over which nothing passes any more: terminals ask for a sign of life every second, so its other end has
 * disappeared without a word.
 */
export function endWhenSilent(socket: Socket, silentMs: Millis = SILENT_MS): void {
  socket.setTimeout(silentMs, () => socket.destroy())
}

function decimal(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/**
 * Listens for legs and reads the first line of each.
 *
 * @param onLine - the socket is paused, with nothing but frames left on it
 * @returns the server, listening
 * @throws ConetError `CARRY_PORT` if the port is taken
 */
export function listenForLegs(at: ListenAt, onLine: (socket: Socket, line: string) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, socket => {
      socket.on('error', () => {})
      readLine(socket, FIRST_LINE_MS).then(
        line => onLine(socket, line),
        () => refuse(socket, 'CARRY_MALFORMED'),
      )
    })
    server.maxConnections = MOST_CONNECTIONS
    server.once('error', cause => {
      const { host, port } = at
      reject(new ConetError('CARRY_PORT', `Legs cannot come in at ${host}:${port}: ${cause.message}`, { cause }))
    })
    server.listen(at.port, at.host, () => resolve(server))
  })
}
