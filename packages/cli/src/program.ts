import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { VERSION } from '@conet/node'
import { Command, CommanderError } from 'commander'
import type { CliCommand } from './command.js'
import { COMMANDS } from './commands/index.js'
import { EXIT, exitCodeOf } from './exit.js'
import { createOutput, type Streams } from './output.js'

const DEFAULT_NODE = 'http://127.0.0.1:8640'
/** How Commander begins what it finds wrong. */
const PARSER_ERROR = /^error: /

export interface Run {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly streams: Streams
  readonly signal: AbortSignal
}

/**
 * Runs one command line.
 *
 * @returns the exit code (see `EXIT`); never throws
 */
export async function runCli(run: Run): Promise<number> {
  let code: number = EXIT.ok
  const program = createProgram(run.streams)
  for (const command of COMMANDS) register(program, command, run, result => (code = result))
  try {
    await program.parseAsync([...run.argv], { from: 'user' })
    return code
  } catch (error) {
    const json = run.argv.includes('--json')
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      // Commander has told people already; programs get the same as one value.
      if (json)
        createOutput(run.streams, json, run.env).error(new ConetError('USAGE', error.message.replace(PARSER_ERROR, '')))
      return EXIT.usage
    }
    createOutput(run.streams, json, run.env).error(error)
    return run.signal.aborted ? EXIT.interrupted : exitCodeOf(error)
  }
}

function createProgram(streams: Streams): Command {
  return new Command('conet')
    .description('Get online through networks of other owners, share your own, and settle by the round.')
    .version(VERSION, '-v, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: text => streams.stdout.write(text),
      writeErr: text => streams.stderr.write(text),
      outputError: (text, write) => write(text.replace(PARSER_ERROR, 'error USAGE: ')),
    })
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for what the command takes)')
}

function register(program: Command, cli: CliCommand, run: Run, done: (code: number) => void): void {
  const command = program
    .command(cli.name)
    .description(cli.summary)
    .exitOverride()
    .option('--json', 'print one JSON value for programs', false)
    .option('--home <folder>', 'folder of your wallet and node (CONET_HOME, default ~/.conet)')
    .option('--node <url>', 'node to ask (CONET_NODE, default: the one in the home folder)')
    .addHelpText('after', `\nExamples:\n${cli.examples.map(line => `  $ ${line}`).join('\n')}\n`)
  cli.configure(command)
  command.action(async () => {
    const options = command.opts<Record<string, unknown>>()
    const home = text(options.home) ?? text(run.env.CONET_HOME) ?? join(text(run.env.HOME) ?? homedir(), '.conet')
    const context = {
      out: createOutput(run.streams, options.json === true, run.env),
      env: run.env,
      home,
      node: text(options.node) ?? text(run.env.CONET_NODE) ?? storedNode(home) ?? DEFAULT_NODE,
      signal: run.signal,
    }
    done(await cli.run(context, command.args, options))
  })
}

/** What is empty was not given: most often a variable of a script that is not set. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** `init` and the demo leave the address of their node in the home folder. */
function storedNode(home: string): string | undefined {
  const file = join(home, 'node.url')
  return existsSync(file) ? text(readFileSync(file, 'utf8').trim()) : undefined
}
