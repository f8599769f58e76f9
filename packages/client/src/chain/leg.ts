import type { Socket } from 'node:net'
import { parseRoutes, type RouteAnswer } from '@conet/core/carry'
import { ConetError } from '@conet/core/errors'
import type { Millis } from '@conet/core/units'
import { connectWithin } from '../proxy/index.js'

/** First line that asks a neighbour which ways it knows. */
export const ASK_ROUTES = 'CONET-ROUTES 1'
const MOST_LINE = 16_384
/** Sixteen paths of eight nodes with the longest names. */
const MOST_ROUTES_LINE = 65_536

interface Answer {
  readonly received?: unknown
  readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown }
}

/** Where a neighbour listens for legs. */
export interface Neighbour {
  readonly host: string
  readonly port: number
}

/**
 * Opens a leg to the first hop of a path and waits for the exit's answer.
 *
 * @param text - envelope `conet-carry+jwt`
 * @returns the socket, past its first line, and what the exit has received on this channel
 * @throws ConetError `CARRY_NEXT_DOWN` if nobody answers in time, else the code of the node that refused
 */
export async function openLeg(
  first: Neighbour,
  text: string,
  waitMs: Millis,
): Promise<{ socket: Socket; received: number }> {
  const socket = await dial(first, waitMs)
  try {
    socket.write(`${text}\n`)
    const answer = JSON.parse(await readLine(socket, waitMs)) as Answer
    const { received } = answer
    if (Number.isSafeInteger(received) && Number(received) >= 0) return { socket, received: Number(received) }
    throw refusal(answer.error ?? {})
  } catch (error) {
    socket.destroy()
    throw error instanceof ConetError ? error : down(first, error)
  }
}

/** What a node refused with. It is a stranger's text: nothing in it may steer a screen. */
function refusal({ code, message, data }: NonNullable<Answer['error']>): ConetError {
  const known = typeof code === 'string' && /^[A-Z][A-Z_]{2,39}$/.test(code) ? code : 'CARRY_MALFORMED'
  const said = typeof message === 'string' ? message : 'The answer is no answer to a leg.'
  const now = (data as { now?: unknown } | null | undefined)?.now
  const clock =
    known === 'CARRY_EXPIRED' && typeof now === 'number' && Math.abs(now) < 8e15
      ? ` That node's clock says ${new Date(now).toISOString()}, this machine's ${new Date().toISOString()}.`
      : ''
  return new ConetError(known, said.replace(/[^ -~]/g, '?').slice(0, 300) + clock, { verdict: 'retry' })
}

/** Asks a neighbour for its ways. @throws ConetError `CARRY_NEXT_DOWN`, `CARRY_MALFORMED` */
export async function askRoutes(neighbour: Neighbour, waitMs: Millis): Promise<RouteAnswer> {
  const socket = await dial(neighbour, waitMs)
  try {
    socket.write(`${ASK_ROUTES}\n`)
    const answer = parseRoutes(JSON.parse(await readLine(socket, waitMs, MOST_ROUTES_LINE)))
    if (answer.ok) return answer.value
    throw new ConetError(
      'CARRY_MALFORMED',
      `${neighbour.host}:${neighbour.port} does not tell its ways; is it a relay?`,
      {
        data: answer.data,
      },
    )
  } catch (error) {
    throw error instanceof ConetError ? error : down(neighbour, error)
  } finally {
    socket.destroy()
  }
}

/** Connects within `waitMs`. @throws ConetError `CARRY_NEXT_DOWN` */
export function dial(neighbour: Neighbour, waitMs: Millis): Promise<Socket> {
  return connectWithin({ ...neighbour }, waitMs, cause => down(neighbour, cause))
}

/**
 * Reads up to the first line feed and leaves the rest on the socket, paused.
 *
 * @param most - bytes of the line, 16 KiB unless said
 * @throws Error when the socket ends, the line is longer, or the time is over
 */
export function readLine(socket: Socket, waitMs: Millis, most = MOST_LINE): Promise<string> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0)
    const end = (error?: Error) => {
      clearTimeout(timer)
      socket.off('readable', read)
      socket.off('close', closed)
      if (error !== undefined) reject(error)
    }
    const closed = () => end(new Error('the line ended'))
    const read = () => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        held = Buffer.concat([held, chunk])
        const at = held.indexOf(10)
        if (at === -1 && held.length <= most) continue
        end(at === -1 || at > most ? new Error('the first line is too long') : undefined)
        if (at + 1 < held.length) socket.unshift(held.subarray(at + 1))
        return resolve(held.toString('latin1', 0, at))
      }
    }
    const timer = setTimeout(() => end(new Error(`no answer within ${waitMs} ms`)), waitMs)
    socket.on('readable', read)
    socket.once('close', closed)
  })
}

function down({ host, port }: Neighbour, cause?: unknown): ConetError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new ConetError('CARRY_NEXT_DOWN', `${host}:${port} does not carry now${why}; try another relay.`, {
    verdict: 'retry',
    cause,
  })
}
