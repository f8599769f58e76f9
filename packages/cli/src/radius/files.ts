import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { type Rendered, renderAlone, renderFreeradius } from '@conet/gateway/radius'
import { type Config, loadConfig } from '@conet/node'
import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'

type Options = Readonly<Record<string, unknown>>

function listenerKey(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const message = `cannot read ${path}: start the node once with its part "radius", which makes the key`
    throw new ConetError('RADIUS_SETTING', message, { cause, data: { path } })
  }
}

function render(config: Config, options: Options): Rendered {
  const { radius, dataDir } = config
  if (radius === undefined)
    throw new ConetError('RADIUS_SETTING', 'the configuration has no part "radius": see docs/radius.md')
  if (radius.certificateFile === undefined || options.privateKey === undefined)
    throw new ConetError('USAGE', 'EAP-TTLS needs a certificate: set radius.certificateFile and give --private-key')
  const host = radius.host.includes(':') ? `[${radius.host}]` : radius.host
  const settings = {
    nodeUrl: `http://${host}:${radius.port}`,
    nodeKey: listenerKey(resolve(dataDir, radius.keyFile)),
    listen: { address: String(options.listen), authPort: Number(options.auth), acctPort: Number(options.acct) },
    clients: radius.nas.map(({ address, secret }, index) => ({ name: `ap${index + 1}`, address, secret })),
    certificateFile: resolve(dataDir, radius.certificateFile),
    privateKeyFile: resolve(String(options.privateKey)),
    folder: resolve(String(options.out ?? '/etc/freeradius/conet')),
    runAs: options.user === undefined ? undefined : String(options.user),
  }
  return options.alone === true ? renderAlone(settings) : renderFreeradius(settings)
}

/**
 * `conet radius files`: prints the files for FreeRADIUS; writes them with `--out` (mode 0640: they hold secrets).
 *
 * @throws ConetError `RADIUS_SETTING`, `USAGE`, those of the configuration
 */
export function files({ out, env, home }: CommandContext, options: Options): number {
  const config = loadConfig(options.config === undefined ? join(home, 'config.yaml') : String(options.config), env)
  const rendered = render(config, options)
  if (options.out !== undefined) {
    for (const [path, text] of Object.entries(rendered)) {
      const target = join(resolve(String(options.out)), path)
      mkdirSync(dirname(target), { recursive: true, mode: 0o750 })
      writeFileSync(target, text, { mode: 0o640 })
    }
  }
  out.result({ ok: true, files: rendered }, () =>
    Object.entries(rendered)
      .map(([path, text]) => (options.out === undefined ? `# ----- ${path}\n${text}` : join(String(options.out), path)))
      .join('\n'),
  )
  return EXIT.ok
}
