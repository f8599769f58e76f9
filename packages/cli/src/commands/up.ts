import { join } from 'node:path'
import { createLogger, type Logger, loadToStart, startNode } from '@conet/node'
import type { CliCommand, CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { consoleLink, pageFolders } from '../pages.js'
import { rememberNode } from '../wallet.js'

/** A node that has not stopped by then will not. */
const STOP_MS = 30_000
/** Whatever still keeps the process after the node has stopped, such as a connection of a peer, ends with it. */
const LINGER_MS = 1_000

export const up: CliCommand = {
  name: 'up',
  summary: 'run the own node until Ctrl-C',
  examples: ['conet up', 'conet up --config /etc/conet/config.yaml'],
  configure: command => {
    command.option('--config <file>', 'configuration; default: config.yaml of the home folder')
  },
  run: async (context, _args, options) => {
    const { out, env, home, signal } = context
    const path = options.config ? String(options.config) : join(home, 'config.yaml')
    const config = loadToStart(path, env)
    // Standard output holds the result alone, so that a program can read it.
    const log = createLogger(config.log.level, 'stderr')
    const node = await startNode(config, { env, log, processMetrics: true, ...pageFolders() })
    if (!options.config) remember(home, node.url, log)
    const offers = Object.fromEntries(node.offers())
    const portal = node.portalUrl
    out.result({ ok: true, url: node.url, ...(portal && { portal }), did: node.did, offers }, () =>
      [
        `node     ${node.did}`,
        `console  ${consoleLink(node.url, node.adminToken)}`,
        ...(portal === undefined ? [] : [`portal   ${portal}`]),
        `offers   ${Object.values(offers).join(', ') || 'none'}`,
      ].join('\n'),
    )
    await aborted(signal)
    out.note('ending sessions, settling, stopping …')
    const stuck = exitAfter(STOP_MS, EXIT.failed)
    await node.stop()
    clearTimeout(stuck)
    exitAfter(LINGER_MS, EXIT.ok).unref()
    return EXIT.ok
  },
}

/** A home that cannot be written is no reason to leave a node that runs without anyone who stops it. */
function remember(home: string, url: string, log: Logger): void {
  try {
    rememberNode(home, url)
  } catch (err) {
    log.warn({ err }, 'the address of this node is not remembered; give --node to the other commands')
  }
}

/** Ends the process if it has not ended by itself. */
function exitAfter(ms: number, code: number): NodeJS.Timeout {
  return setTimeout(() => process.exit(code), ms)
}

function aborted(signal: CommandContext['signal']): Promise<void> {
  return new Promise(done => {
    if (signal.aborted) return done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}
