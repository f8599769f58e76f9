import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A socket's path with its name must fit into 108 bytes (Linux; 104 elsewhere). */
const MAX_FOLDER_CHARS = 85

/** A TCP port that nobody has at the moment. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Folder for the sockets between node and engine, closed to strangers: `home`, or a temporary one if its path is too long. */
export async function socketFolder(home: string): Promise<string> {
  return home.length <= MAX_FOLDER_CHARS ? home : await mkdtemp(join(tmpdir(), 'conet-cometbft-'))
}
