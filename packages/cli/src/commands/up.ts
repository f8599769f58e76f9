import { join } from 'node:path'
import { loadConfig, startNode } from '@conet/node'
import type { CliCommand, CommandContext } from '../command.js'
import { consoleFolder } from '../console.js'
import { EXIT } from '../exit.js'
import { rememberNode } from '../wallet.js'

export const up: CliCommand = {
  name: 'up',
  summary: 'run the own node until Ctrl-C',
  examples: ['conet up', 'conet up --config /etc/conet/config.yaml'],
  configure: command => {
    command.option('--config <file>', 'configuration; default: config.yaml of the home folder')
  },
  run: async (context, _args, options) => {
    const { out, env, home, signal } = context
    const path = options.config === undefined ? join(home, 'config.yaml') : String(options.config)
    const node = await startNode(loadConfig(path, env), { env, processMetrics: true, ...consoleFolder() })
    if (options.config === undefined) rememberNode(home, node.url)
    const offers = Object.fromEntries(node.offers())
    out.result({ ok: true, url: node.url, did: node.did, offers }, () =>
      [
        `node     ${node.did}`,
        `console  ${node.url}/#token=${node.adminToken}`,
        `offers   ${Object.values(offers).join(', ') || 'none'}`,
      ].join('\n'),
    )
    await aborted(signal)
    out.note('ending sessions, settling, stopping …')
    await node.stop()
    return EXIT.ok
  },
}

function aborted(signal: CommandContext['signal']): Promise<void> {
  return new Promise(done => {
    if (signal.aborted) return done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}
