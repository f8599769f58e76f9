import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A socket's path with its name must fit into 108 bytes (Linux; 104 elsewhere). */
const MAX_FOLDER_CHARS = 85

/** Below what systems hand out for outgoing connections (Linux from 32,768, others from 49,152): nobody takes it by chance. */
const FIRST_PORT = 20_000
const LAST_PORT = 32_767

/** A TCP port that nobody has at the moment. @throws Error `EADDRNOTAVAIL` and the like if `host` is none of ours */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1)
    const server = createServer().listen(port, host)
    const taken = await once(server, 'listening').then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    )
    if (taken === undefined) {
      await new Promise(resolve => server.close(resolve))
      return port
    }
    if (taken.code !== 'EADDRINUSE') throw taken
  }
}

/** Folder for the sockets between node and engine, closed to strangers: `home`, or a temporary one if its path is too long. */
export async function socketFolder(home: string): Promise<string> {
  return home.length <= MAX_FOLDER_CHARS ? home : await mkdtemp(join(tmpdir(), 'conet-cometbft-'))
}
