import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `conet …` to its end, at most `withinMs`. */
export function conet(args: readonly string[], env: NodeJS.ProcessEnv = {}, withinMs = 60_000): Promise<Finished> {
  return new Promise(done => {
    const options = { env: { ...process.env, ...env }, timeout: withinMs, maxBuffer: 2 ** 26 }
    const child = execFile(process.execPath, [MAIN, ...args], options, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

/** A long-running `conet …` whose first line of JSON says where it is. */
export class Running<T> {
  readonly child: ChildProcess
  readonly first: T
  private constructor(child: ChildProcess, first: T) {
    this.child = child
    this.first = first
  }

  /** @param host - command that runs the rest elsewhere, such as `ip netns exec NAME` */
  static async start<T>(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    withinMs = 60_000,
    host: readonly string[] = [],
  ): Promise<Running<T>> {
    const [program = process.execPath, ...rest] = [...host, process.execPath, MAIN, ...args, '--json']
    const child = spawn(program, rest, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Also one that is only starting when the test itself is ended.
    const drop = () => child.kill('SIGKILL')
    process.once('exit', drop)
    child.once('exit', () => process.off('exit', drop))
    let text = ''
    let errors = ''
    child.stderr.on('data', chunk => (errors += chunk))
    const first = await new Promise<T>((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`nothing within ${withinMs} ms: ${errors}`)), withinMs)
      child.stdout.on('data', chunk => {
        text += chunk
        const end = text.indexOf('\n')
        if (end < 0) return
        clearTimeout(timer)
        const line = JSON.parse(text.slice(0, end)) as T & { readonly ok?: boolean }
        if (line.ok === false) fail(new Error(text))
        else done(line)
      })
      child.once('exit', code => fail(new Error(`ended with ${code}: ${text} ${errors}`)))
    }).catch(error => {
      child.kill('SIGKILL')
      throw error
    })
    return new Running(child, first)
  }

  /** Ends it and waits; SIGKILL is what a crash looks like. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode ?? -1
    const gone = new Promise<number>(done => this.child.once('exit', code => done(code ?? -1)))
    this.child.kill(signal)
    return gone
  }
}

/** A folder that is gone after the test file. */
export function scratch(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'conet-e2e-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Tries until it is so, at most `withinMs`. */
export async function until(is: () => Promise<boolean> | boolean, withinMs = 45_000): Promise<void> {
  for (const end = Date.now() + withinMs; ; await new Promise(done => setTimeout(done, 50))) {
    if (await is()) return
    if (Date.now() > end) throw new Error(`not so within ${withinMs} ms`)
  }
}
