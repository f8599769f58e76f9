import { ConetError } from '@conet/core/errors'
import { DEFAULT_SOCKET, readHelperConfig, startHelper } from '@conet/gateway/nftables/helper'
import {
  applySetup,
  DEFAULT_SETUP,
  planSetup,
  planText,
  type SetupPorts,
  type SetupSpec,
  undoSetup,
} from '@conet/gateway/nftables/setup'
import type { CliCommand, CommandContext } from '../command.js'

type Options = Readonly<Record<string, unknown>>

const DEFAULT_FILE = '/etc/conet/gateway.json'

export const gateway: CliCommand = {
  name: 'gateway',
  summary: 'prepare a Linux box as a hotspot (setup), or run its privileged helper (helper)',
  examples: [
    'conet gateway setup --lan br-guest --wan eth0',
    'sudo conet gateway setup --lan br-guest --wan eth0 --apply',
    'sudo conet gateway setup --undo',
    'conet gateway helper --config /etc/conet/gateway.json',
  ],
  configure: command => {
    command
      .argument('<action>', 'setup or helper')
      .option('--system <name>', 'debian or openwrt', 'debian')
      .option('--lan <interface>', 'interface of the guests')
      .option('--wan <interface>', 'interface of the uplink')
      .option('--address4 <address>', 'this box on the guests’ network', DEFAULT_SETUP.address4)
      .option('--address6 <address>', 'the same for IPv6, a /64; without it guests get none')
      .option('--portal-port <port>', 'port of the captive portal', String(DEFAULT_SETUP.portalPort))
      .option('--api-port <port>', 'port of the node’s API', String(DEFAULT_SETUP.apiPort))
      .option('--captive-api <url>', 'https address of the captive-portal API, told by DHCP option 114 (RFC 8910)')
      .option('--user <name>', 'user of node and helper', DEFAULT_SETUP.user)
      .option('--program <path>', 'where conet is installed', DEFAULT_SETUP.conet)
      .option('--apply', 'do it; without it everything is only shown', false)
      .option('--undo', 'restore what was there before', false)
      .option('--root <folder>', 'folder that stands for the root of the file system', '')
      .option('--no-services', 'leave out what talks to the service manager')
      .option('--config <file>', `configuration of the helper (socket: ${DEFAULT_SOCKET})`, DEFAULT_FILE)
  },
  run: async (context, [action], options) => {
    if (action === 'setup') return setup(context, options)
    if (action === 'helper') return helper(context, String(options.config))
    throw new ConetError('USAGE', `there is no "conet gateway ${action}": choose setup or helper`)
  },
}

async function setup({ out }: CommandContext, options: Options): Promise<number> {
  const ports: SetupPorts = {
    root: String(options.root),
    services: options.services !== false,
    note: step => out.note(step),
  }
  if (options.undo === true) {
    const complaints = await undoSetup(ports)
    out.result({ ok: true, undone: true, complaints }, () =>
      ['what was there before is back', ...complaints].join('\n'),
    )
    return 0
  }
  const plan = planSetup(specOf(options), ports.root)
  if (options.apply !== true) {
    out.result(
      { ok: true, applied: false, ...plan },
      () => `${planText(plan)}\nnothing was changed: add --apply to do it`,
    )
    return 0
  }
  await applySetup(plan, ports)
  const files = plan.files.map(({ path }) => path)
  out.result({ ok: true, applied: true, files }, () => `done; "conet gateway setup --undo" takes it back`)
  return 0
}

function specOf(options: Options): SetupSpec {
  const needed = (name: 'lan' | 'wan') => {
    if (typeof options[name] === 'string') return options[name]
    throw new ConetError('USAGE', `--${name} is missing: name the interface of ${name === 'lan' ? 'guests' : 'uplink'}`)
  }
  const { system, address6, captiveApi } = options
  if (system !== 'debian' && system !== 'openwrt') {
    throw new ConetError('USAGE', `--system ${String(system)} is not known: choose debian or openwrt`)
  }
  return {
    system,
    lan: needed('lan'),
    wan: needed('wan'),
    address4: String(options.address4),
    ...(typeof address6 === 'string' && { address6 }),
    ...(typeof captiveApi === 'string' && { captiveApi }),
    portalPort: Number(options.portalPort),
    apiPort: Number(options.apiPort),
    conet: String(options.program),
    user: String(options.user),
  }
}

/** Runs until it is told to end; then no rule of ours is left. */
async function helper({ out, signal }: CommandContext, file: string): Promise<number> {
  const running = await startHelper(readHelperConfig(file), { log: line => out.note(line) })
  const { channel, table } = running.hello
  out.result(
    { ok: true, ...running.hello },
    () => `table ${table} is in the kernel (by ${channel}); waiting for the node`,
  )
  if (!signal.aborted) await new Promise(done => signal.addEventListener('abort', done, { once: true }))
  await running.stop()
  return 0
}
