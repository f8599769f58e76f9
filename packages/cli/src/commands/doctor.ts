import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@conet/node'
import type { CliCommand } from '../command.js'
import { examine } from '../doctor/index.js'
import { EXIT } from '../exit.js'

export const doctor: CliCommand = {
  name: 'doctor',
  summary: 'look at what the own node needs on this machine, and say what to do about what is missing',
  examples: ['conet doctor', 'conet doctor --config /etc/conet/config.yaml --json'],
  configure: command => {
    command.option('--config <file>', 'configuration; default: config.yaml of the home folder')
  },
  run: async ({ out, env, home }, _args, options) => {
    const named = options.config ? String(options.config) : undefined
    const path = named ?? join(home, 'config.yaml')
    const config = named === undefined && !existsSync(path) ? undefined : loadConfig(path, env)
    const checks = await examine(config, env, path)
    const ok = checks.every(check => check.ok)
    out.result({ ok, checks }, () =>
      checks.map(check => `${check.ok ? 'good' : 'BAD '}  ${check.name.padEnd(16)} ${check.detail}`).join('\n'),
    )
    return ok ? EXIT.ok : EXIT.failed
  },
}
