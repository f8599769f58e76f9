import type { Command as Commander } from 'commander'
import type { Output } from './output.js'

/** What a command is given; nothing is read from the process elsewhere. */
export interface CommandContext {
  readonly out: Output
  readonly env: NodeJS.ProcessEnv
  /** Folder of the user's wallet and node: `--home`, `CONET_HOME`, else `~/.conet`. */
  readonly home: string
  /** Base URL of the node that is asked: `--node`, `CONET_NODE`, what `init` or the demo stored, else the local default. */
  readonly node: string
  /** Aborts on Ctrl-C and on termination. */
  readonly signal: AbortSignal
}

/** One command: its folder entry is one file, listed once in `commands/index.ts`. */
export interface CliCommand {
  readonly name: string
  readonly summary: string
  /** Shown under `--help`; lines as typed. */
  readonly examples: readonly string[]
  /** Adds arguments and options. */
  configure(command: Commander): void
  /** @returns the exit code; failures are thrown */
  run(context: CommandContext, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<number>
}
