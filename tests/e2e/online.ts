import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Visitor } from './network.js'
import { until } from './program.js'

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

/** What `conet connect --json` prints at its end. */
export interface Summary {
  readonly ok: boolean
  readonly sessions: readonly {
    readonly sid: string
    readonly offer: string
    readonly provider: string
    readonly providerName: string
    readonly reason: string
    readonly rounds: number
    readonly paid: string
    readonly bytesUp: string
    readonly bytesDown: string
  }[]
  readonly rounds: number
  readonly bytesUp: string
  readonly bytesDown: string
  readonly paid: Readonly<Record<string, string>>
  readonly switches: number
}

/** A running `conet connect`. */
export interface Online {
  readonly pid: number
  readonly port: number
  /** Ctrl-C: pays what is left and sums up. */
  stop(): Promise<Summary>
  /** `kill -9`. */
  kill(): Promise<void>
}

/** Gets a visitor online as a process of its own. */
export async function goOnline({ home }: Visitor, ...words: string[]): Promise<Online> {
  const args = [MAIN, 'connect', '--json', '--home', home, ...words]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [text, errors] = ['', '']
  child.stdout.on('data', chunk => (text += chunk))
  child.stderr.on('data', chunk => (errors += chunk))
  const gone = new Promise<void>(done => child.once('exit', () => done()))
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`conet connect ended: ${text} ${errors}`)
    return text.includes('\n')
  })
  const [first = '{}'] = text.split('\n')
  const { port } = (JSON.parse(first) as { listening: { port: number } }).listening
  return {
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      child.kill('SIGINT')
      await gone
      return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Summary
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** A download that can be watched while it runs. */
export interface Download {
  bytes: number
  /** Clock of the last byte. */
  lastAt: number
  readonly done: Promise<{ readonly complete: boolean; readonly digest: string; readonly status: number }>
}

/** GET through an HTTP proxy, hashed as it comes; never throws. */
export function download(proxyPort: number, url: string): Download {
  const hash = createHash('sha256')
  const { promise, resolve } = resolvers<{ complete: boolean; digest: string; status: number }>()
  const running: Download = { bytes: 0, lastAt: 0, done: promise }
  const options = { host: '127.0.0.1', port: proxyPort, path: url, headers: { host: new URL(url).host }, agent: false }
  const outgoing = request(options, response => {
    response.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      running.bytes += chunk.length
      running.lastAt = Date.now()
    })
    response.on('error', () => undefined)
    response.on('close', () =>
      resolve({ complete: response.complete, digest: hash.digest('hex'), status: response.statusCode ?? 0 }),
    )
  })
  outgoing.on('error', () => resolve({ complete: false, digest: '', status: 0 }))
  outgoing.end()
  return running
}

function resolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>(done => {
    resolve = done
  })
  return { promise, resolve }
}

/** Runs curl. */
export function curl(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; stderr: string }> {
  return new Promise(done => {
    const options = { timeout: 60_000, maxBuffer: 2 ** 26, env: { PATH: process.env.PATH ?? '' } }
    const child = execFile('curl', ['-sS', ...args], options, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

/** Where a program of the machine is; a suite that misses it prints `SKIPPED: reason`. */
export function programAt(...paths: string[]): string | undefined {
  const found = paths.find(path => existsSync(path))
  if (found === undefined) console.log(`SKIPPED: none of ${paths.join(', ')} is installed`)
  return found
}
