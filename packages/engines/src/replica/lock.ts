import { mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineError } from '../codes.js'
import { isErrno } from './log/index.js'

/** File that names the holder, for people and for the error message; the lock itself is the kernel's. */
const HOLDER_FILE = 'LOCK'

export interface FolderLock {
  release(): Promise<void>
}

/**
 * Locks a data folder for this process.
 *
 * The lock is a listening socket whose name is made of the folder's device and inode. The kernel lets only one process
 * listen and frees the name the moment the holder ends, however it ends, so there are no stale locks to judge. Linux
 * uses the abstract namespace and Windows a named pipe; elsewhere a socket file that nobody answers is taken over.
 *
 * @throws ConetError `DATA_LOCKED` with the holder's pid
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const { dev, ino } = await stat(dir, { bigint: true })
  const server = await listenAlone(socketName(`${dev}-${ino}`)).catch(async (cause: unknown) => {
    if (!isErrno(cause, 'EADDRINUSE')) throw cause
    throw await locked(dir, cause)
  })
  const holder = join(dir, HOLDER_FILE)
  await writeFile(holder, `${process.pid}\n`, { mode: 0o600 })
  return {
    async release() {
      await unlink(holder).catch(() => {})
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function socketName(folder: string): string {
  if (process.platform === 'linux') return `\0conet-data-${folder}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\conet-data-${folder}`
  return join(tmpdir(), `conet-data-${folder}.sock`)
}

async function listenAlone(path: string): Promise<Server> {
  try {
    return await listen(path)
  } catch (error) {
    const mayBeStale = path.endsWith('.sock') && isErrno(error, 'EADDRINUSE')
    if (!mayBeStale || (await answers(path))) throw error
    await unlink(path).catch(() => {})
    return await listen(path)
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', reject)
    server.listen({ path }, () => {
      server.unref()
      resolve(server)
    })
  })
}

async function locked(dir: string, cause: unknown): Promise<Error> {
  const pid = Number(await readFile(join(dir, HOLDER_FILE), 'utf8').catch(() => '')) || undefined
  const who = pid === undefined ? 'another process' : `process ${pid}`
  const message = `The data folder ${dir} is in use by ${who}. Stop it, or choose another folder.`
  return engineError('DATA_LOCKED', message, { dir, pid }, cause)
}
