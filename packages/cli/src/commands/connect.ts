import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionOptions,
  type ConnectionSummary,
  openConnection,
} from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { CliCommand, CommandContext } from '../command.js'
import { disputesIn, keepEvidence } from '../evidence.js'
import { EXIT } from '../exit.js'
import { credits, humanBytes, type Output, parseCredits } from '../output.js'
import { openOver } from '../relay/index.js'
import { openApi, openWallet } from '../wallet.js'

/** Shells add this to the number of the signal that ended a program. */
const SIGNALLED = 128

export const connect: CliCommand = {
  name: 'connect',
  summary: 'get online through the best offer, pay its rounds, and run a command or serve a local proxy',
  examples: [
    'conet connect',
    'conet connect --listen 127.0.0.1:1080 --budget 2',
    'conet connect -- curl -s https://example.org',
    'conet connect --via 192.168.7.1:8651 --via 192.168.8.1:8651',
    'conet connect --via "[fe80::1%wlan0]:8651" --exit did:key:z6Mk…',
  ],
  configure: command => {
    command
      .argument(
        '[command...]',
        'a program to run with http_proxy, https_proxy and all_proxy set; write -- before it; without one the proxy serves until Ctrl-C, and --json prints two lines: one when it listens, one at the end',
      )
      .passThroughOptions()
      .option('--offer <id>', 'only this offer; default: the best one, and another when it fails')
      .option('--listen <host:port>', 'where the local HTTP and SOCKS5 port listens', '127.0.0.1:0')
      .option('--budget <credits>', 'the most that may be spent')
      .option('--via <host:port>', 'a relay or exit within reach; give it again for each', collect)
      .option('--exit <did>', 'only this exit, with --via')
  },
  run: async (context, command, options) => {
    const { connection, close } = await goOnline(context, options)
    context.out.note(`online: HTTP and SOCKS5 proxy at ${connection.httpProxy}`)
    let code: number = EXIT.ok
    let summary: ConnectionSummary
    try {
      if (command.length > 0) code = await runProgram(connection, command, context)
      else await untilAborted(context, connection)
    } finally {
      summary = await connection.stop()
      close()
    }
    // A program's own output is what `-- command` is for: the summary then goes where progress goes.
    if (command.length > 0 && !context.out.json) context.out.note(describe(summary))
    else context.out.result({ ok: code === EXIT.ok, exitCode: code, ...summary }, () => describe(summary))
    return code
  },
}

/** With `--via` through a chain: a new path means a new session, so that those who carry are those who are paid. */
async function goOnline(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<{ connection: Connection; close: () => void }> {
  const usual = connectionOptions(context, options)
  const { via, exit } = options as { via?: readonly string[]; exit?: string }
  if (via === undefined && exit !== undefined)
    throw new ConetError(
      'USAGE',
      '--exit names where a chain ends: give --via HOST:PORT for each relay within reach, too',
    )
  if (via === undefined) return { connection: await openConnection(usual), close: () => {} }
  let connection: Connection | undefined
  const over = await openOver(context, openWallet(context), { via, exit, onPath: () => connection?.rebook() })
  try {
    connection = await openConnection({ ...usual, ...over.options })
    return { connection, close: () => over.chain.close() }
  } catch (error) {
    over.chain.close()
    throw error
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function connectionOptions(context: CommandContext, options: Readonly<Record<string, unknown>>): ConnectionOptions {
  const api = openApi(context)
  const { offer, budget } = options
  const tell = teller(context.out)
  return {
    api,
    wallet: openWallet(context, api),
    listen: listenAddress(String(options.listen)),
    disputes: disputesIn(context.home),
    onEvent: event => {
      tell(event)
      if (event.type === 'session' && event.event.type === 'evidence')
        context.out.note(`disputed: both counts are kept in ${keepEvidence(context.home, event.sid, event.event)}`)
    },
    ...(offer === undefined ? {} : { offer: String(offer) }),
    ...(budget === undefined ? {} : { budget: parseCredits(String(budget)) }),
  }
}

function listenAddress(text: string): { host: string; port: number } {
  const parts = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65_535)
    throw new ConetError('USAGE', `"${text}" is no address: write HOST:PORT such as 127.0.0.1:1080 or [::1]:1080`)
  return { host: parts[1] ?? parts[2] ?? '', port }
}

/**
 * Progress for people: lines that stay are notes, what only shows movement is a step. While nobody gives service the same is
 * tried every second: what went wrong is said once for each provider, and again when it is something else.
 */
export function teller(out: Pick<Output, 'note' | 'step'>): (event: ConnectionEvent) => void {
  const said = new Map<string, string>()
  const noteOnce = (about: string, code: string, text: string) => {
    if (said.get(about) !== code) out.note(text)
    said.set(about, code)
  }
  return event => {
    if (event.type === 'searching') out.step(searching(event.reason))
    if (event.type === 'asking') out.step(`asking ${event.offer.providerName} (score ${event.score.toFixed(0)}) …`)
    if (event.type === 'refused')
      noteOnce(event.offer.id, event.code, `${event.offer.providerName} refused: ${event.code} ${event.message}`)
    if (event.type === 'online') {
      said.clear()
      out.note(granted(event))
    }
    if (event.type === 'session' && event.event.type === 'paid')
      out.step(`round ${event.event.round} paid, ${credits(event.event.owed)} so far`)
    if (event.type === 'offline') noteOnce('offline', event.code, `offline: ${event.code} ${event.message}`)
  }
}

function searching(reason: string): string {
  return reason === 'first' ? 'looking for offers …' : `looking for another provider (${reason}) …`
}

function granted({ offer, timeToGrantMs }: Extract<ConnectionEvent, { type: 'online' }>): string {
  const { perGiB, perHour } = offer.terms.tariff
  const price = `${credits(perGiB)} per GiB, ${credits(perHour)} per hour`
  return `${offer.providerName}: granted in ${timeToGrantMs.toFixed(0)} ms, ${price}`
}

/** Both spellings: curl reads lower case, many programs upper case only. */
function proxyEnvironment({ httpProxy, socksProxy }: Connection): Record<string, string> {
  const lower = { http_proxy: httpProxy, https_proxy: httpProxy, all_proxy: socksProxy }
  const upper = Object.fromEntries(Object.entries(lower).map(([name, value]) => [name.toUpperCase(), value]))
  return { ...lower, ...upper, no_proxy: '', NO_PROXY: '' }
}

async function runProgram(connection: Connection, command: readonly string[], context: CommandContext) {
  // An interruption while the connection came up: what begins now would hear nothing of it.
  if (context.signal.aborted) return EXIT.interrupted
  const [program = '', ...args] = command
  const env = { ...context.env, ...proxyEnvironment(connection) }
  // With --json standard output carries the one JSON value, so the program's goes to standard error.
  const child = spawn(program, args, { env, stdio: ['inherit', context.out.json ? 2 : 'inherit', 'inherit'] })
  const end = () => child.kill('SIGTERM')
  context.signal.addEventListener('abort', end, { once: true })
  try {
    return await new Promise<number>((done, fail) => {
      child.once('error', cause => fail(notStarted(program, cause)))
      child.once('exit', (code, signal) => done(code ?? statusOf(signal, context.signal.aborted)))
    })
  } finally {
    context.signal.removeEventListener('abort', end)
  }
}

/** Whoever interrupts `connect` ends the program too: that is an interruption, whichever signal it took. */
function statusOf(signal: NodeJS.Signals | null, interrupted: boolean): number {
  if (interrupted || signal === null) return EXIT.interrupted
  return SIGNALLED + constants.signals[signal]
}

function notStarted(program: string, cause: NodeJS.ErrnoException): ConetError {
  if (cause.code === 'EACCES')
    return new ConetError(
      'PROGRAM_NOT_EXECUTABLE',
      `cannot run ${program}: it is not executable; is it a program, and may you run it (chmod +x)?`,
      { cause },
    )
  return new ConetError('PROGRAM_FAILED', `cannot run ${program}: ${cause.message}; is it installed?`, { cause })
}

/** Until Ctrl-C. */
function untilAborted({ signal, out }: CommandContext, connection: Connection): Promise<void> {
  const { address, httpProxy, socksProxy } = connection
  out.ready({ ok: true, listening: address, httpProxy, socksProxy })
  out.note(`use it: curl --proxy ${httpProxy} http://example.org   (Ctrl-C ends and pays what is left)`)
  return new Promise(done => {
    if (signal.aborted) return done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}

function describe(summary: ConnectionSummary): string {
  const paid = Object.entries(summary.paid).map(([asset, amount]) => `${credits(amount)} ${asset}`)
  const through = [...new Set(summary.sessions.map(session => session.providerName))].join(', ')
  const service =
    summary.timeToServiceMs === undefined ? '' : `, first byte after ${summary.timeToServiceMs.toFixed(0)} ms`
  const volume = humanBytes(summary.bytesUp + summary.bytesDown)
  const end =
    summary.endedBy === undefined
      ? ''
      : `\n${summary.endedBy}: the budget is spent, nothing more was bought; give a larger --budget to go on`
  return `${volume} through ${through || 'nobody'} in ${summary.rounds} rounds, paid ${paid.join(' + ') || '0'}${service}${end}`
}
