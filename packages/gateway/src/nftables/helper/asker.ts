import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { LONGEST_LINE } from '../protocol.js'

/** Requests of one connection that wait at once; a node gathers thousands of items into few. */
const MOST_WAITING = 256
/** What may lie unread by whoever asked: an answer for every session there can be. */
const MOST_UNREAD = 16_777_216
/** Connections at once: one node, and whoever asks too. */
export const MOST_ASKERS = 16

/**
 * Takes the lines of one connection, each ended by a line break. Neither a line without end, nor requests faster than the kernel
 * answers, nor answers that nobody reads fill the memory of a privileged process.
 *
 * @param answer - must not reject
 */
export function takeLines(socket: Socket, answer: (line: string) => Promise<void>): void {
  let [unended, waiting] = [0, 0]
  socket.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(10)
    unended = end < 0 ? unended + chunk.length : chunk.length - end - 1
    if (unended > LONGEST_LINE) socket.destroy()
  })
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('error', () => {})
  lines.on('line', line => {
    if (++waiting === MOST_WAITING) socket.pause()
    void answer(line).then(() => {
      if (--waiting === MOST_WAITING - 1) socket.resume()
    })
  })
}

/** Says one thing; who does not read what was said before is cut off. */
export function say(socket: Socket, value: unknown): void {
  if (socket.writableLength > MOST_UNREAD) socket.destroy()
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`)
}
