import { existsSync, readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { BASE_URL, NAME, WORD } from '@conet/core/ledger/modules/registry'
import { FormatRegistry } from '@sinclair/typebox'
import { Value, type ValueError } from '@sinclair/typebox/value'
import { parse } from 'yaml'
import { applyEnvironment, type Environment } from './environment.js'
import { type Config, ConfigSchema } from './schema.js'
import { checkOffers } from './terms.js'

/** 1 MiB: sixty-four offers with everything stated take less than a tenth. */
const MAX_FILE_BYTES = 2 ** 20

FormatRegistry.Set('ip-address', value => isIP(value) !== 0)

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === ''
}

FormatRegistry.Set('http-url', isHttpUrl)
// What goes to the ledger is held to the ledger's own rules here, where the member can be named.
FormatRegistry.Set('ledger-url', value => isHttpUrl(value) && BASE_URL.test(value))
FormatRegistry.Set('ledger-name', value => NAME.test(value))
FormatRegistry.Set('ledger-word', value => WORD.test(value))

function invalid(path: string, message: string): ConetError {
  return new ConetError('CONFIG_INVALID', `configuration, ${path}: ${message}`, { data: { path } })
}

/** `/api/port` becomes `api.port`; the root gets a name people understand. */
function readable(pointer: string): string {
  return pointer === '' ? 'the whole file' : pointer.slice(1).replaceAll('/', '.')
}

/** A union's own error says nothing of use: its closest branch does. */
function explain(error: ValueError): string {
  const schema = error.schema as { description?: string; anyOf?: readonly { const?: unknown }[]; const?: unknown }
  const literals = schema.anyOf?.map(branch => branch.const).filter(value => value !== undefined)
  if (literals !== undefined && literals.length > 0) return `expected one of ${literals.join(', ')}; choose one of them`
  if (error.message === 'Unexpected property') return 'there is no such member; correct its name or remove it'
  const hint = schema.description === undefined ? '' : ` (${schema.description})`
  return `${error.message.toLowerCase()}${hint}; correct or remove it to take the default`
}

function parseTree(text: string): Record<string, unknown> {
  let tree: unknown
  try {
    tree = parse(text, { maxAliasCount: 100, prettyErrors: true, logLevel: 'error' })
  } catch (cause) {
    const detail = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'unreadable'
    throw new ConetError('CONFIG_SYNTAX', `the configuration is neither YAML nor JSON: ${detail}; correct that line`, {
      cause,
    })
  }
  if (tree === null || tree === undefined) return {}
  if (typeof tree !== 'object' || Array.isArray(tree))
    throw invalid('the whole file', 'expected members such as "name: …"')
  return tree as Record<string, unknown>
}

function checkAgreement(config: Config): void {
  const conflict = (path: string, message: string) => {
    throw new ConetError('CONFIG_CONFLICT', `configuration, ${path}: ${message}`, { data: { path } })
  }
  if (config.gateway.kind === 'nftables' && config.gateway.upstream !== undefined) {
    conflict('gateway.upstream', 'only the proxy carries through another node; remove it, or set gateway.kind to proxy')
  }
  if (config.ledger.engine === 'follow' && config.ledger.url === undefined) {
    conflict('ledger.url', 'a follower needs the address of the node it follows; set it, or ledger.engine to solo')
  }
  if (
    config.ledger.engine === 'cometbft' &&
    config.ledger.genesis === undefined &&
    config.ledger.cometbft.peers.length > 0
  ) {
    conflict('ledger.genesis', 'members of one consortium share its genesis file; name it, or remove the peers')
  }
  const keys = new Set<string>()
  for (const [index, offer] of config.offers.entries()) {
    if (keys.has(offer.key))
      conflict(`offers.${index}.key`, `"${offer.key}" is used twice; give each offer its own key`)
    keys.add(offer.key)
    const total = offer.terms.shares.reduce((sum, share) => sum + share.bps, 0)
    if (total > 10_000) conflict(`offers.${index}.terms.shares`, `the shares add up to ${total} of 10000; lower them`)
    if (BigInt(offer.terms.maxUnpaidCap) < BigInt(offer.terms.maxUnpaid)) {
      conflict(`offers.${index}.terms.maxUnpaidCap`, 'it is below maxUnpaid; raise it')
    }
  }
}

function parseForm(text: string, env: Environment): Config {
  const tree = applyEnvironment(parseTree(text), env)
  const config = Value.Default(ConfigSchema, structuredClone(tree))
  const error = Value.Errors(ConfigSchema, config).First()
  if (error !== undefined) throw invalid(readable(error.path), explain(error))
  checkAgreement(config as Config)
  return config as Config
}

/**
 * Makes a configuration from the text of a file (YAML or JSON; empty takes every default) and from `CONET_*` variables.
 *
 * @throws ConetError with a code of `CONFIG_CODES`; `data.path` names the member, the message what to do
 */
export function parseConfig(text: string, env: Environment = {}): Config {
  const config = parseForm(text, env)
  checkOffers(config)
  return config
}

/**
 * Reads the configuration file; `undefined` takes the defaults and the environment alone. A relative `dataDir` is that of
 * the file's folder, one of `CONET_DATA_DIR` that of the current folder; every other path is relative to `dataDir`.
 *
 * @throws ConetError with a code of `CONFIG_CODES`
 */
export function loadConfig(path: string | undefined, env: Environment): Config {
  const config = loadToStart(path, env)
  checkOffers(config)
  return config
}

/**
 * The same for a node that starts: which prices are in force only its stored policy says, and an offer that cannot be sold at
 * them keeps it from selling nothing else.
 *
 * @throws ConetError with a code of `CONFIG_CODES`
 */
export function loadToStart(path: string | undefined, env: Environment): Config {
  if (path === undefined) return parseForm('', env)
  let text: string
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`)
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
  const config = parseForm(text, env)
  return env.CONET_DATA_DIR ? config : { ...config, dataDir: dataDirOf(config, dirname(resolve(path))) }
}

function unreadable(path: string, cause: unknown): ConetError {
  const absent = (cause as { code?: string }).code === 'ENOENT'
  const detail = cause instanceof Error ? cause.message : String(cause)
  const message = absent
    ? `there is no configuration ${path}: make one with "conet init", or name the one you have`
    : `cannot read the configuration ${path}: ${detail}; check path and permissions`
  return new ConetError('CONFIG_UNREADABLE', message, { data: { path }, cause })
}

/**
 * Files once held a path relative to the folder where `conet init` ran. A node of such a file is found where it was made:
 * beginning another one would be another identity, silently.
 */
function dataDirOf({ dataDir, identity }: Config, folder: string): string {
  const own = resolve(folder, dataDir)
  if (isAbsolute(dataDir) || existsSync(own)) return own
  const beside = join(folder, basename(dataDir))
  // As init wrote it: `n/node` in n/config.yaml.
  const before = beside.endsWith(`${sep}${dataDir.replace(/^(\.\.?[/\\])+/, '')}`) ? [beside] : []
  const isNode = (dir: string) => existsSync(dir) && existsSync(resolve(dir, identity.keyFile))
  return [...before, resolve(dataDir)].find(isNode) ?? own
}
