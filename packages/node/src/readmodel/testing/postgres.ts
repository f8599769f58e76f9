import { execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@conet/engines/cometbft'

const run = promisify(execFile)
/** Where Debian and its relatives put each major version. */
const DEBIAN = '/usr/lib/postgresql'

/** A server of its own in a temporary folder. */
export interface TemporaryPostgres {
  /** Of a fresh, empty database each time. */
  newDatabase(): Promise<string>
  stop(): Promise<void>
}

/** @returns the folder of the server's programs, `undefined` if no server is installed */
export function findPostgres(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
  return versions.map(version => join(DEBIAN, version, 'bin')).find(bin => existsSync(join(bin, 'initdb')))
}

/** PostgreSQL refuses to run as root: then its own system user runs it. */
async function serverUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}

/** Waits for the server to answer, and fails at once if it ends. */
async function ready(bin: string, port: number, ended: Promise<number | null>, user: object): Promise<void> {
  const answers = async () => {
    for (;;) {
      try {
        return await run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], user)
      } catch {
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    }
  }
  const code = await Promise.race([answers().then(() => 'ready' as const), ended])
  if (code !== 'ready') throw new Error(`PostgreSQL ended with ${code} before it was ready`)
}

/** Starts a server with an empty cluster on a free loopback port. */
export async function startPostgres(bin: string): Promise<TemporaryPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'conet-pg-'))
  const user = await serverUser()
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  const options = { ...user, cwd: folder, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } }
  const data = join(folder, 'data')
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'conet', '--auth=trust', '--no-sync', '-E', 'UTF8'], options)
  const port = await freePort()
  const settings = ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`]
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...options,
    stdio: 'ignore',
  })
  const ended = new Promise<number | null>(resolve => server.once('exit', resolve))
  await ready(bin, port, ended, options)
  let databases = 0
  return {
    newDatabase: async () => {
      const name = `conet${++databases}`
      await run(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'conet', name], options)
      return `postgres://conet@127.0.0.1:${port}/${name}`
    },
    stop: async () => {
      // SIGINT is the server's "fast shutdown".
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
