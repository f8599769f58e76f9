import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'

/** Clock ticks per second in /proc/<pid>/stat on Linux. */
const TICKS = 100

/** A process that is told things on its standard input, one JSON object a line, and answers the same way. */
export class Program {
  readonly child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(command: string, args: readonly string[], onEnd: (code: number | null) => void) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.child.once('exit', onEnd)
    const lines: Interface = createInterface({ input: this.child.stdout ?? process.stdin })
    this.#lines = lines[Symbol.asyncIterator]()
  }

  async next<T>(): Promise<T> {
    const line = await this.#lines.next()
    if (line.done) throw new Error('a process of the benchmark ended early')
    return JSON.parse(line.value) as T
  }

  async ask<T>(command: object): Promise<T> {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`)
    return await this.next<T>()
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.stdin?.end()
    await gone
  }
}

/** Processor seconds that a process has used; 0 where the system does not tell. */
export function cpuSeconds(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  } catch {
    return 0
  }
}
