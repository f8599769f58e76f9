import type { Socket } from 'node:net'
import { ConetError } from '@conet/core/errors'

/** Longest head of a request or reply: what common servers accept. */
const MAX_HEAD_BYTES = 65_536
const END = Buffer.from('\r\n\r\n')

/**
 * Reads from a socket until `enough` finds what it wants; the rest is put back.
 *
 * @param enough - how many leading bytes are wanted, `undefined` while more must arrive
 * @returns the wanted bytes
 * @throws ConetError `TIMEOUT`, `HEAD_MALFORMED` (too long, or the socket ended first)
 */
export function readUntil(
  socket: Socket,
  enough: (seen: Buffer) => number | undefined,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0)
    const timer = setTimeout(() => finish(new ConetError('TIMEOUT', 'The other side said nothing in time.')), timeoutMs)
    const finish = (result: Buffer | ConetError) => {
      clearTimeout(timer)
      socket.off('data', onData).off('end', onGone).off('close', onGone)
      socket.pause()
      if (result instanceof ConetError) reject(result)
      else resolve(result)
    }
    const onGone = () => finish(new ConetError('HEAD_MALFORMED', 'The other side hung up.'))
    const onData = (chunk: Buffer) => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
      const wanted = enough(seen)
      if (wanted !== undefined && seen.length >= wanted) {
        const rest = seen.subarray(wanted)
        finish(seen.subarray(0, wanted))
        if (rest.length > 0) socket.unshift(rest)
      } else if (seen.length > MAX_HEAD_BYTES) {
        finish(new ConetError('HEAD_MALFORMED', 'The head is too long.'))
      }
    }
    socket.on('data', onData).on('end', onGone).on('close', onGone)
    socket.resume()
  })
}

/** Length of an HTTP head, its empty line included. */
export function headLength(seen: Buffer): number | undefined {
  const end = seen.indexOf(END)
  return end === -1 ? undefined : end + END.length
}

export interface Head {
  /** The three parts of the first line. */
  readonly first: readonly [string, string, string]
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Splits an HTTP head; `undefined` if it is none. */
export function parseHead(bytes: Buffer): Head | undefined {
  const [line = '', ...lines] = bytes.toString('latin1').trimEnd().split('\r\n')
  const [, one = '', two = '', three = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? []
  if (one === '' || two === '') return undefined
  const headers: [string, string][] = []
  for (const header of lines) {
    const colon = header.indexOf(':')
    if (colon < 1) return undefined
    headers.push([header.slice(0, colon), header.slice(colon + 1).trim()])
  }
  return { first: [one, two, three], headers }
}

/** Value of a header field, any case. */
export function headerOf(head: Head, name: string): string | undefined {
  return head.headers.find(([own]) => own.toLowerCase() === name)?.[1]
}
