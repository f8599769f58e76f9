import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What waits for a block, at most. Every node that is given a transaction forgets it only when it is in a block or refused. */
export const MEMPOOL_TXS = 20_000
/** What waits there, at most: of transactions of a usual size 15,000 alone, or 40,000 in bundles. */
const MEMPOOL_BYTES = 10 * 1024 * 1024
/** Largest text; bundles are half of it. */
const MAX_TX_BYTES = 256 * 1024
/** Texts handed over in one call. */
const MAX_BATCH = 500

/** Names the network address of a peer: `<nodeId>@host:port`. */
export type PeerAddress = string

/** How a new member loads a snapshot in place of all blocks. */
export interface StateSyncSettings {
  /** RPC addresses of at least two other members, `host:port`. */
  readonly servers: readonly string[]
  /** A block that somebody trusted has told of: its height in the engine and its hash. */
  readonly trustHeight: number
  readonly trustHash: string
}

/** What differs between homes. */
export interface HomeSettings {
  readonly moniker: string
  /** Paths of the sockets of application and RPC. */
  readonly appSocket: string
  readonly rpcSocket: string
  /** Further address of the RPC for light clients and new members, `host:port`; none by default. */
  readonly rpcListen?: string | undefined
  readonly p2pListen: string
  /** How peers reach this node, if not by the address it listens on. */
  readonly p2pExternal?: string | undefined
  readonly peers: readonly PeerAddress[]
  readonly logLevel: string
  readonly stateSync?: StateSyncSettings | undefined
}

/**
 * Writes `config.toml`. Members that are not named keep the default of CometBFT.
 *
 * @param home - folder with `config/` (see `cometbftKeys`)
 */
export async function writeHome(home: string, settings: HomeSettings, genesis: string): Promise<void> {
  await writeFile(join(home, 'config', 'genesis.json'), genesis, { mode: 0o600 })
  await writeFile(join(home, 'config', 'config.toml'), configText(settings), { mode: 0o600 })
}

/** The text of `config.toml`. */
export function configText(settings: HomeSettings): string {
  const { moniker, appSocket, rpcSocket, rpcListen, p2pListen, p2pExternal = '', peers, logLevel, stateSync } = settings
  const rpc = [`unix://${rpcSocket}`, ...(rpcListen === undefined ? [] : [`tcp://${rpcListen}`])].join(',')
  const text = (value: string) => JSON.stringify(value)
  return `# Written at every start by the node; change the node's own configuration instead.
proxy_app = ${text(`unix://${appSocket}`)}
moniker = ${text(moniker)}
log_level = ${text(logLevel)}

[rpc]
laddr = ${text(rpc)}
max_request_batch_size = ${MAX_BATCH}
max_body_bytes = 16000000

[p2p]
laddr = ${text(`tcp://${p2pListen}`)}
external_address = ${text(p2pExternal)}
persistent_peers = ${text(peers.join(','))}
addr_book_strict = false
allow_duplicate_ip = true
send_rate = 20480000
recv_rate = 20480000
flush_throttle_timeout = "40ms"

[mempool]
type = "flood"
size = ${MEMPOOL_TXS}
cache_size = ${2 * MEMPOOL_TXS}
max_txs_bytes = ${MEMPOOL_BYTES}
max_tx_bytes = ${MAX_TX_BYTES}
recheck = true

[consensus]
timeout_propose = "1s"
timeout_commit = "100ms"
skip_timeout_commit = true
create_empty_blocks = false
peer_gossip_sleep_duration = "25ms"

[storage]
discard_abci_responses = true

[tx_index]
indexer = "null"
${stateSyncText(stateSync)}`
}

function stateSyncText(settings: StateSyncSettings | undefined): string {
  if (settings === undefined) return ''
  return `
[statesync]
enable = true
rpc_servers = ${JSON.stringify(settings.servers.join(','))}
trust_height = ${settings.trustHeight}
trust_hash = ${JSON.stringify(settings.trustHash)}
discovery_time = "5s"
`
}
