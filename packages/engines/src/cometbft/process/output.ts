import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'

/**
 * CometBFT logs this when its consensus gives up in a process that lives on and answers, such as on a full disk; it asks to be
 * started again. It is heard here and not read from the log, for the disk with the log may be the full one.
 */
const GIVEN_UP = 'CONSENSUS FAILURE!!!'

/**
 * Appends what a process says to a file; what a full disk refuses is lost, the process is not held up.
 *
 * @param onGivenUp - called once if its consensus gave up
 * @returns resolves when all it said is written
 */
export async function keepOutput(child: ChildProcess, path: string, onGivenUp: () => void): Promise<void> {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 })
  const closed = once(file, 'close').catch(() => {})
  const listen = (stream: Readable | null) => {
    let last = ''
    stream?.on('data', (chunk: Buffer) => {
      if (file.writable) file.write(chunk)
      const text = last + chunk.toString('latin1')
      last = text.slice(1 - GIVEN_UP.length)
      if (text.includes(GIVEN_UP)) onGivenUp()
    })
  }
  listen(child.stdout)
  listen(child.stderr)
  await new Promise<void>(resolve => child.once('close', () => resolve()))
  file.end()
  await closed
}
