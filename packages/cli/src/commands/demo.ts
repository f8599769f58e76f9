import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { ConfigSchema, type LogLevel } from '@conet/node'
import type { CliCommand, CommandContext } from '../command.js'
import { type Consortium, startConsortium } from '../demo/consortium.js'
import { ENGINE_KINDS, type EngineKind } from '../demo/ledgers.js'
import { once } from '../demo/once.js'
import { EXIT } from '../exit.js'
import { credits, humanBytes } from '../output.js'
import { consoleLink } from '../pages.js'
import { inFolder } from '../wallet.js'

export const demo: CliCommand = {
  name: 'demo',
  summary: 'run a consortium of three owner networks on this machine, with a visitor and a page to reach',
  examples: [
    'conet demo',
    'conet demo --once --json',
    'conet demo --engine cometbft',
    'conet demo --dir ./demo --port 8640',
  ],
  configure: command => {
    command
      .option(
        '--once',
        "play one visitor's session through the household's relay chain, print the result, and end",
        false,
      )
      .option('--dir <folder>', 'keep everything there; default: a temporary folder, removed at the end')
      .option('--port <number>', "port of the operator's API and console; 0 takes a free one", '0')
      .option('--engine <name>', 'what orders: solo, or cometbft with four validators', 'solo')
      .option('--log <level>', 'log level of the nodes', 'error')
  },
  run: async (context, _args, options) => {
    const dir = options.dir === undefined ? mkdtempSync(join(tmpdir(), 'conet-demo-')) : resolve(String(options.dir))
    context.out.step('starting an operator, a campus and a household …')
    try {
      const { port, log, engine } = options
      const kind = kindOf(engine)
      const given = { dir, kind, port: portOf(port), logLevel: levelOf(log) }
      inFolder(dir, '--dir', () => mkdirSync(dir, { recursive: true }))
      const consortium = await startConsortium(given).catch((error: unknown) =>
        Promise.reject(ofPort(error, given.port)),
      )
      return await (options.once === true ? playOnce(context, consortium) : stayUp(context, consortium))
    } finally {
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true })
    }
  },
}

/** Of all that listens, only the port that was asked for can be in use; here it is an option, not a configuration. */
function ofPort(error: unknown, port: number): unknown {
  if (!(error instanceof ConetError) || error.code !== 'LISTEN_FAILED' || port === 0) return error
  const { message, verdict, data, cause } = error
  const why = cause instanceof Error ? cause.message : message
  const advice = `the demo cannot listen on port ${port}: ${why}; choose another --port, or 0 for a free one`
  return new ConetError('LISTEN_FAILED', advice, { verdict, data, cause })
}

function portOf(text: unknown): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new ConetError('USAGE', `"${String(text)}" is no port: 0 to 65535`)
}

const LEVELS = ConfigSchema.properties.log.properties.level.anyOf.map(level => level.const)

function levelOf(text: unknown): LogLevel {
  const level = LEVELS.find(one => one === text)
  if (level !== undefined) return level
  throw new ConetError('USAGE', `"${String(text)}" is no log level: ${LEVELS.join(', ')}`)
}

function kindOf(text: unknown): EngineKind {
  const kind = ENGINE_KINDS.find(one => one === text)
  if (kind !== undefined) return kind
  throw new ConetError('USAGE', `"${String(text)}" is no engine of the demo: ${ENGINE_KINDS.join(' or ')}`)
}

async function playOnce({ out }: CommandContext, consortium: Consortium): Promise<number> {
  try {
    const result = await once(consortium, line => out.step(line))
    out.result(result, () =>
      [
        `${result.ok ? 'good' : `NOT GOOD: ${result.faults.join('; ')}`}`,
        `online after ${result.timeToServiceMs.toFixed(1)} ms, ${result.rounds} rounds, ${humanBytes(result.bytes)} over ${result.hops} networks`,
        `paid ${credits(String(result.paid))}, settled ${credits(String(result.settled))} at height ${result.height}, app hash ${result.appHash}`,
      ].join('\n'),
    )
    return result.ok ? EXIT.ok : EXIT.failed
  } finally {
    await consortium.stop()
  }
}

async function stayUp({ out, signal }: CommandContext, consortium: Consortium): Promise<number> {
  try {
    out.result(addresses(consortium), () => welcome(consortium))
    await new Promise<void>(done => {
      if (signal.aborted) return done()
      signal.addEventListener('abort', () => done(), { once: true })
    })
    out.note('ending sessions, settling, stopping …')
  } finally {
    await consortium.stop()
  }
  return EXIT.ok
}

function addresses({ nodes, visitor, origin, dir }: Consortium) {
  const urls = Object.fromEntries([...nodes].map(([key, node]) => [key, `${node.url}/#token=${node.adminToken}`]))
  return { ok: true, consoles: urls, visitor: visitor.home, origin: `http://${origin.host}:${origin.port}/`, dir }
}

function welcome(consortium: Consortium): string {
  const { nodes } = consortium
  const { visitor, origin } = addresses(consortium)
  const home = relative(process.cwd(), visitor).startsWith('..') ? visitor : relative(process.cwd(), visitor)
  return [
    'Three owner networks are up: an operator, a campus, and a household that relays through the operator.',
    '',
    ...[...nodes].map(([key, node]) => `  console of the ${key.padEnd(10)} ${consoleLink(node.url, node.adminToken)}`),
    '',
    'In another terminal, as the visitor:',
    '',
    `  npx conet connect --home ${home} -- curl -s ${origin}`,
    `  npx conet offers --home ${home}`,
    '',
    'Ctrl-C ends everything.',
  ].join('\n')
}
