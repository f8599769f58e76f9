import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launch } from './launch.js'
import { keepOutput } from './output.js'
import { endStale, forgetPid, notePid } from './stale.js'

/** Pauses before a dead engine is started again: doubled each time, back to the first after a good minute. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
const GOOD_MS = 60_000
/** An engine that was told to end has this long. */
const END_MS = 10_000
/** How often a starting engine is asked whether it answers. */
const ASK_MS = 100
/** The log begins anew beyond this size; one older file is kept. */
const MAX_LOG_BYTES = 16 * 1024 * 1024
const TAIL_BYTES = 2_000

/** What happens to the engine's process, for the log. */
export type SupervisorEvent =
  | { readonly type: 'started'; readonly pid: number }
  /** It answers. */
  | { readonly type: 'ready' }
  | { readonly type: 'ended'; readonly why: string; readonly lastLines: string; readonly againInMs: number }

export interface SupervisorOptions {
  readonly binary: string
  readonly home: string
  /** Socket that it listens on: a killed one leaves the file, and the next would refuse to start. */
  readonly socket: string
  /** Whether it answers; rejects or gives `false` while it does not. */
  readonly answers: () => Promise<boolean>
  readonly onEvent: (event: SupervisorEvent) => void
}

/** Keeps one engine process running in its folder. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #ending = new AbortController()
  #child: ChildProcess | undefined
  #ready = false
  #loop: Promise<void> = Promise.resolve()

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Whether the engine answers now. */
  get ready(): boolean {
    return this.#ready
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Ends what a crash has left, then starts; resolves when the first process runs. */
  async start(): Promise<void> {
    await endStale(this.#pidFile, this.#options.home)
    this.#loop = this.#run()
  }

  /** Ends the process and starts no other. */
  async stop(): Promise<void> {
    this.#ending.abort()
    await this.#endChild()
    await this.#loop
    await forgetPid(this.#pidFile)
  }

  async #endChild(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const hard = setTimeout(() => child.kill('SIGKILL'), END_MS)
    await gone
    clearTimeout(hard)
  }

  get #pidFile(): string {
    return join(this.#options.home, 'cometbft.pid')
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS
    while (!this.#ending.signal.aborted) {
      const since = performance.now()
      const why = await this.#runOnce()
      this.#ready = false
      if (this.#ending.signal.aborted) return
      if (performance.now() - since > GOOD_MS) pauseMs = FIRST_PAUSE_MS
      const lastLines = await tail(this.#logFile)
      this.#options.onEvent({ type: 'ended', why, lastLines, againInMs: pauseMs })
      await pause(pauseMs, undefined, { signal: this.#ending.signal, ref: false }).catch(() => {})
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }

  get #logFile(): string {
    return join(this.#options.home, 'cometbft.log')
  }

  /** One life of the process. @returns why it ended */
  async #runOnce(): Promise<string> {
    const { binary, home, socket, onEvent } = this.#options
    await rotate(this.#logFile)
    await rm(socket, { force: true })
    const child = launch(binary, ['start', '--home', home], ['ignore', 'pipe', 'pipe'])
    this.#child = child
    // Before anything is awaited: a process that ends at once must not be missed.
    const ended = endOf(child)
    const kept = keepOutput(child, this.#logFile, () => void this.#endChild())
    if (this.#ending.signal.aborted) child.kill('SIGTERM')
    if (child.pid !== undefined) {
      await notePid(this.#pidFile, child.pid)
      onEvent({ type: 'started', pid: child.pid })
      void this.#watch(child)
    }
    const why = await ended
    if (child.pid !== undefined) await kept
    return why
  }

  async #watch(child: ChildProcess): Promise<void> {
    while (this.#child === child && child.exitCode === null && child.signalCode === null) {
      const answers = await this.#options.answers().catch(() => false)
      if (answers && this.#child === child) {
        this.#ready = true
        this.#options.onEvent({ type: 'ready' })
        return
      }
      await pause(ASK_MS, undefined, { ref: false })
    }
  }
}

/** @returns in words how it ended; also when it could not be started */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(`it could not be started: ${error.message}`))
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `it ended with code ${code}` : `it ended by ${signal}`),
    )
  })
}

async function rotate(path: string): Promise<void> {
  const size = await stat(path).then(
    found => found.size,
    () => 0,
  )
  if (size > MAX_LOG_BYTES) await rename(path, `${path}.1`)
}

async function tail(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    await file.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString().trim()
  } finally {
    await file.close()
  }
}
