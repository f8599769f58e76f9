import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { encodeDidKey, publicKeyFromSeed } from '@conet/core/identity'
import { parseConfig, readOrCreateAdminToken, readOrCreateKeyFile, withPassphrase } from '@conet/node'
import type { CliCommand, CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { inFolder, nodeFolder, openSeed, rememberNode } from '../wallet.js'

/** What a fresh ledger of one's own gives its founder, so that there is something to try with: 1,000 credits. */
const FOUNDER_MICRO_CREDITS = '1000000000'
const API_PORT = 8640
/** A follower may stand on the machine of the node that it follows. */
const FOLLOWER_PORT = 8641

interface InitOptions {
  readonly name: string
  readonly type: string
  readonly follow?: string | undefined
  readonly perGib: string
}

export const init: CliCommand = {
  name: 'init',
  summary: 'make a wallet, keys and a configuration for an own node',
  examples: [
    'conet init --name "Rose Street 7"',
    'conet init --home ./campus --type campus --follow http://127.0.0.1:8640',
  ],
  configure: command => {
    command
      .option('--name <text>', 'what others read', 'my network')
      .option('--type <type>', 'network type: operator, campus, household, phone, satellite …', 'household')
      .option('--follow <url>', 'join the ledger of this node; default: found an own one')
      .option('--per-gib <micro-credits>', 'price of the first offer per GiB', '200000')
  },
  run: async (context, _args, options) => {
    const given = options as unknown as InitOptions
    const made = makeHome(context, given)
    context.out.result({ ok: true, ...made }, () =>
      [
        `wallet    ${made.wallet}`,
        `config    ${made.config}`,
        made.genesis === undefined ? `ledger    followed from ${given.follow}` : `genesis   ${made.genesis}`,
        `start it  conet up --home ${context.home}`,
      ].join('\n'),
    )
    return EXIT.ok
  },
}

function makeHome(context: CommandContext, options: InitOptions) {
  const { home, env } = context
  const config = join(home, 'config.yaml')
  if (existsSync(config))
    throw new ConetError('CONFIG_EXISTS', `${config} is there already: edit it, or choose another --home`)
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(options.type))
    throw new ConetError('USAGE', `"${options.type}" is no network type: small letters, digits and dashes`)
  if (!/^\d{1,15}$/.test(options.perGib))
    throw new ConetError(
      'USAGE',
      `"${options.perGib}" is no price: whole micro-credits, such as 200000 for 0.2 credits`,
    )
  const text = configText(options, Boolean(env.CONET_PASSPHRASE))
  checkText(text)
  return inFolder(home, '--home', () => {
    mkdirSync(nodeFolder(home), { recursive: true, mode: 0o700 })
    const wallet = encodeDidKey(publicKeyFromSeed(openSeed(context)))
    withPassphrase(env.CONET_PASSPHRASE, given => readOrCreateKeyFile(join(nodeFolder(home), 'identity.key'), given))
    readOrCreateAdminToken(join(nodeFolder(home), 'admin.token'))
    const genesis = options.follow === undefined ? writeGenesis(home, wallet) : undefined
    writeFileSync(config, text, { flag: 'wx' })
    rememberNode(home, `http://127.0.0.1:${portFor(options)}`)
    return { wallet, config, genesis }
  })
}

/** Which option gave a member of the configuration. */
const OPTION_OF: Readonly<Record<string, string>> = {
  name: '--name',
  'ledger.url': '--follow',
  'offers.0.terms.perGiB': '--per-gib',
}

/** What `up` would refuse is refused before anything is made. */
function checkText(text: string): void {
  try {
    parseConfig(text)
  } catch (cause) {
    if (!(cause instanceof ConetError)) throw cause
    const option = OPTION_OF[String(cause.data.path)]
    if (option === undefined) throw cause
    throw new ConetError('USAGE', `${option} cannot be used: ${cause.message}`, { data: { option }, cause })
  }
}

function portFor({ follow }: Pick<InitOptions, 'follow'>): number {
  return follow === undefined ? API_PORT : FOLLOWER_PORT
}

function writeGenesis(home: string, founder: string): string {
  const path = join(nodeFolder(home), 'genesis.json')
  const genesis = {
    lid: `conet-${randomBytes(5).toString('hex')}`,
    timeMs: Date.now(),
    assets: [{ id: 'credit', issuer: founder, decimals: 6 }],
    accounts: [{ owner: founder, asset: 'credit', amount: FOUNDER_MICRO_CREDITS }],
  }
  writeFileSync(path, `${JSON.stringify(genesis, null, 2)}\n`, { flag: 'wx' })
  return path
}

function configText({ name, type, follow, perGib }: InitOptions, sealed: boolean): string {
  const ledger =
    follow === undefined ? 'engine: solo\n  genesis: genesis.json' : `engine: follow\n  url: ${JSON.stringify(follow)}`
  return `# Conet node. Every member can also be given as CONET_…, e.g. CONET_API_PORT. See docs/owners.md.
dataDir: ${basename(nodeFolder('.'))}              # relative to this file
name: ${JSON.stringify(name)}
networkType: ${type}
identity:
  keyFile: identity.key${sealed ? '\n  passphraseEnv: CONET_PASSPHRASE' : ''}
ledger:
  ${ledger}
api:
  host: 127.0.0.1
  port: ${portFor({ follow })}
gateway:
  host: 127.0.0.1          # the address guests reach; 0.0.0.0 opens it to the local network
  port: 0
# What is shared. Remove the offer to share nothing.
offers:
  - key: access
    name: ${JSON.stringify(`Internet access at ${name}`)}
    area: { lat: 0, lon: 0, radiusM: 100 }
    terms:
      perGiB: "${perGib}"      # micro-credits; 1 credit = 1000000
      perHour: "0"
      maxUnpaid: "5000"        # what a stranger may owe at most, grows with paid rounds
      maxUnpaidCap: "500000"
`
}
