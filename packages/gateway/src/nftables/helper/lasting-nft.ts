import { type ChildProcess, spawn } from 'node:child_process'
import type { Millis } from '@conet/core/units'
import { lostNft, missingNft, NFT_ENV } from './nft.js'

/** How long one line may take: what a busy machine needs to wake a program, and a fair share for each command. */
const PATIENCE_MS: Millis = 5_000
const PATIENCE_EACH_MS: Millis = 1

/** `nft` could not read the table back. It says so without quoting the line, so that no mark is ever seen. */
const NO_CACHE = /cache initialization failed.*\n/

/** What a lasting `nft` is; another program and less patience in tests. */
export interface NftProgram {
  readonly program: string
  readonly patienceMs: Millis
}

interface Asked {
  readonly mark: string
  readonly child: ChildProcess
  readonly timer: NodeJS.Timeout
  answer(complaint: string): void
  fail(error: Error): void
}

/**
 * One lasting `nft -i`: a line at a time, each of which ends in an answer or an error within a bound. A program that ends or falls
 * silent is killed, and the next line gets a new one. What the lost line asked for may have happened or not, as a whole; the helper's
 * watch compares table and sessions at its next look.
 */
export class LastingNft {
  readonly #program: NftProgram
  #child: ChildProcess | undefined
  #complaints = ''
  #asked: Asked | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #marks = 0

  constructor(program: Partial<NftProgram> = {}) {
    this.#program = { program: 'nft', patienceMs: PATIENCE_MS, ...program }
  }

  /**
   * @param commands - one transaction
   * @returns the first line of complaint; empty if all is well
   * @throws ConetError `NFT_LOST`, `NFT_MISSING`
   */
  say(commands: readonly string[]): Promise<string> {
    const run = this.#queue.then(() => this.#ask(commands))
    this.#queue = run.catch(() => undefined)
    return run
  }

  close(): void {
    const child = this.#child
    if (child !== undefined) this.#lose(child, lostNft('it was closed'))
  }

  /** `nft` says nothing when all is well: a question it must refuse marks where the answer ends. */
  #ask(commands: readonly string[]): Promise<string> {
    const child = this.#running()
    const mark = `conet__mark_${++this.#marks}`
    const bound = this.#program.patienceMs + PATIENCE_EACH_MS * commands.length
    return new Promise((answer, fail) => {
      const timer = setTimeout(() => this.#lose(child, lostNft(`no answer within ${bound} ms`)), bound)
      this.#complaints = ''
      this.#asked = { mark, child, timer, answer, fail }
      child.stdin?.write(`${commands.join('; ')}\nlist chain inet ${mark} x\n`)
    })
  }

  #running(): ChildProcess {
    if (this.#child !== undefined) return this.#child
    const child = spawn(this.#program.program, ['-i'], { stdio: ['pipe', 'ignore', 'pipe'], env: NFT_ENV })
    child.on('error', cause => this.#lose(child, missingNft(cause)))
    child.on('exit', () => this.#lose(child, lostNft('it ended')))
    child.stdin?.on('error', () => this.#lose(child, lostNft('it reads no more')))
    child.stderr?.on('data', chunk => this.#hear(child, String(chunk)))
    this.#child = child
    return child
  }

  /** Ends with one program, whatever it did; a later one is not touched. */
  #lose(child: ChildProcess, error: Error): void {
    child.kill('SIGKILL')
    if (this.#child === child) this.#child = undefined
    if (this.#asked?.child === child) this.#take()?.fail(error)
  }

  #hear(child: ChildProcess, text: string): void {
    if (this.#asked?.child !== child) return
    this.#complaints += text
    const unread = NO_CACHE.test(this.#complaints)
    // The refusal quotes the question: its last line holds the name and the one below points at it.
    if (!unread && !new RegExp(`${this.#asked.mark} x\\n[ ~^]+\\n`).test(this.#complaints)) return
    const lines = this.#complaints.split('\n')
    // The mark's own refusal is followed by the line with its name.
    const isMark = (at: number) => lines[at + 1]?.includes('conet__mark_') === true
    const complaint = lines.find((line, at) => line.includes('Error') && !isMark(at)) ?? ''
    if (!NO_CACHE.test(`${complaint}\n`)) this.#take()?.answer(complaint)
    // More of the same may follow: it would be taken for the next answer.
    if (unread) this.#lose(child, lostNft(complaint))
  }

  #take(): Asked | undefined {
    const asked = this.#asked
    clearTimeout(asked?.timer)
    this.#asked = undefined
    return asked
  }
}
