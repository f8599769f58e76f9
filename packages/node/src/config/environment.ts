import { ConetError } from '@conet/core/errors'

/** How the text of a variable becomes a member's value. */
type Kind = 'text' | 'whole number' | 'true or false' | 'comma-separated list'

/** Every variable that overrides a member of the configuration, and which one: the documented mapping. */
export const VARIABLES: readonly { readonly name: string; readonly path: string; readonly kind: Kind }[] = [
  { name: 'CONET_DATA_DIR', path: 'dataDir', kind: 'text' },
  { name: 'CONET_NAME', path: 'name', kind: 'text' },
  { name: 'CONET_NETWORK_TYPE', path: 'networkType', kind: 'text' },
  { name: 'CONET_IDENTITY_KEY_FILE', path: 'identity.keyFile', kind: 'text' },
  { name: 'CONET_IDENTITY_PASSPHRASE_ENV', path: 'identity.passphraseEnv', kind: 'text' },
  { name: 'CONET_IDENTITY_METHOD', path: 'identity.method', kind: 'text' },
  { name: 'CONET_LEDGER_ENGINE', path: 'ledger.engine', kind: 'text' },
  { name: 'CONET_LEDGER_URL', path: 'ledger.url', kind: 'text' },
  { name: 'CONET_LEDGER_GENESIS', path: 'ledger.genesis', kind: 'text' },
  { name: 'CONET_LEDGER_COMETBFT_HOST', path: 'ledger.cometbft.host', kind: 'text' },
  { name: 'CONET_LEDGER_COMETBFT_PORT', path: 'ledger.cometbft.port', kind: 'whole number' },
  { name: 'CONET_LEDGER_COMETBFT_EXTERNAL', path: 'ledger.cometbft.external', kind: 'text' },
  { name: 'CONET_LEDGER_COMETBFT_PEERS', path: 'ledger.cometbft.peers', kind: 'comma-separated list' },
  { name: 'CONET_LEDGER_COMETBFT_RPC', path: 'ledger.cometbft.rpc', kind: 'text' },
  { name: 'CONET_LEDGER_COMETBFT_LOG_LEVEL', path: 'ledger.cometbft.logLevel', kind: 'text' },
  { name: 'CONET_API_HOST', path: 'api.host', kind: 'text' },
  { name: 'CONET_API_PORT', path: 'api.port', kind: 'whole number' },
  { name: 'CONET_API_PUBLIC_URL', path: 'api.publicUrl', kind: 'text' },
  { name: 'CONET_API_ADMIN_TOKEN_FILE', path: 'api.adminTokenFile', kind: 'text' },
  { name: 'CONET_API_ADMIN_REMOTE', path: 'api.adminRemote', kind: 'true or false' },
  { name: 'CONET_API_HOSTS', path: 'api.hosts', kind: 'comma-separated list' },
  { name: 'CONET_GATEWAY_HOST', path: 'gateway.host', kind: 'text' },
  { name: 'CONET_GATEWAY_PORT', path: 'gateway.port', kind: 'whole number' },
  { name: 'CONET_GATEWAY_ADVERTISE_HOST', path: 'gateway.advertiseHost', kind: 'text' },
  { name: 'CONET_GATEWAY_ADVERTISE_PORT', path: 'gateway.advertisePort', kind: 'whole number' },
  { name: 'CONET_GATEWAY_EGRESS_ALLOW', path: 'gateway.egressAllow', kind: 'comma-separated list' },
  { name: 'CONET_GATEWAY_UPSTREAM_NODE', path: 'gateway.upstream.node', kind: 'text' },
  { name: 'CONET_GATEWAY_UPSTREAM_OFFER', path: 'gateway.upstream.offer', kind: 'text' },
  { name: 'CONET_READ_MODEL_SQLITE', path: 'readModel.sqlite', kind: 'text' },
  { name: 'CONET_READ_MODEL_URL', path: 'readModel.url', kind: 'text' },
  { name: 'CONET_LOG_LEVEL', path: 'log.level', kind: 'text' },
]

/** Read where the program is looked for, not a member of the configuration. */
const ELSEWHERE: readonly string[] = ['CONET_COMETBFT']

/** The process's environment, or any part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A tree of configuration that is still being put together. */
type Tree = Record<string, unknown>

function convert(name: string, kind: Kind, value: string): unknown {
  if (kind === 'text') return value
  if (kind === 'comma-separated list') return value === '' ? [] : value.split(',').map(item => item.trim())
  if (kind === 'whole number' && /^(0|[1-9][0-9]{0,14})$/.test(value)) return Number(value)
  if (kind === 'true or false' && (value === 'true' || value === 'false')) return value === 'true'
  throw new ConetError(
    'CONFIG_ENV',
    `variable ${name} must be ${kind}, but it is ${JSON.stringify(value.slice(0, 80))}; change or unset it`,
    {
      data: { path: name, expected: kind },
    },
  )
}

function place(tree: Tree, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? path
  let at = tree
  for (const name of names) {
    const inner = at[name]
    // A wrong kind of value stays where it is: the schema then names it.
    if (inner !== undefined && (typeof inner !== 'object' || inner === null || Array.isArray(inner))) return
    const next = { ...(inner as Tree | undefined) }
    at[name] = next
    at = next
  }
  at[last] = value
}

/**
 * Lays the variables of `VARIABLES` over a configuration tree; the argument is not changed. An empty variable counts as
 * unset, except that an empty list is a list.
 *
 * @throws ConetError `CONFIG_ENV` naming the variable whose text does not fit its member
 */
export function applyEnvironment(tree: Readonly<Tree>, env: Environment): Tree {
  const result = { ...tree }
  for (const { name, path, kind } of VARIABLES) {
    const value = env[name]
    if (value !== undefined && (value !== '' || kind === 'comma-separated list'))
      place(result, path, convert(name, kind, value))
  }
  return result
}

/**
 * Variables that look like ours but set nothing: most often a misspelled name.
 *
 * @param used - further names that mean something, such as the one in `identity.passphraseEnv`
 */
export function unknownVariables(env: Environment, used: readonly string[] = []): string[] {
  const known = new Set([...VARIABLES.map(variable => variable.name), ...ELSEWHERE, ...used])
  return Object.keys(env).filter(name => name.startsWith('CONET_') && !known.has(name))
}
