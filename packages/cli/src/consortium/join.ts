import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { genesisHash, nodePorts } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import { type Genesis, parseGenesis } from '@conet/core/ledger'
import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { readDescription, readJson } from './description.js'
import { type OwnNode, ownNode, ownOwner } from './own-node.js'

const FILE = 'genesis.json'

/**
 * `join <genesis> --hash <hex> [--member <file>…]`: takes the genesis for the own node, if it is the one that was agreed on.
 * The members' descriptions name the peers.
 */
export function join(
  context: CommandContext,
  [path = '']: readonly string[],
  options: Readonly<Record<string, unknown>>,
): number {
  const agreed = String(options.hash ?? '').toLowerCase()
  if (path === '' || !/^[0-9a-f]{64}$/.test(agreed))
    throw new ConetError('USAGE', 'join needs the genesis file and --hash with the 64 hex digits that "create" printed')
  const genesis = parseGenesis(readJson(path, 'GENESIS_MALFORMED'))
  const hash = genesisHash(genesis, nodePorts.sha256)
  if (hash !== agreed)
    throw wrong(`${path} has the hash ${hash}, not ${agreed}: it is not the genesis that was agreed on`)
  const node = ownNode(context)
  const kept = keep(node, genesis, hash)
  const peers = (options.member as readonly string[]).flatMap(file => readDescription(file).peer ?? [])
  const { did } = ownOwner(node, genesis.lid)
  const role = roleOf(genesis, did)
  const config = configText(peers)
  context.out.result({ ok: true, genesis: kept, hash, lid: genesis.lid, owner: did, role, peers }, () =>
    [
      `genesis   ${kept}`,
      `you are   ${did}: ${role}`,
      `Put this into config.yaml in place of "ledger", then: conet up --home ${context.home}`,
      config,
    ].join('\n'),
  )
  return EXIT.ok
}

/** A node that holds another ledger already must not be given this genesis. */
function keep({ dataDir }: OwnNode, genesis: Genesis, hash: string): string {
  const used = joinPath(dataDir, 'ledger', FILE)
  if (existsSync(used) && genesisHash(readJson(used, 'GENESIS_MALFORMED'), nodePorts.sha256) !== hash)
    throw wrong(`${dataDir} holds a ledger with another genesis already: join with another --home`)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const kept = joinPath(dataDir, FILE)
  writeFileSync(kept, `${JSON.stringify(genesis, undefined, 2)}\n`, { mode: 0o600 })
  return kept
}

function roleOf({ validators = [], members = [] }: Genesis, did: string): 'validator' | 'member' | 'follower' {
  if (validators.some(({ owner }) => owner === did)) return 'validator'
  return members.includes(did) ? 'member' : 'follower'
}

function configText(peers: readonly string[]): string {
  const lines = [
    'ledger:',
    '  engine: cometbft',
    `  genesis: ${FILE}`,
    '  cometbft:',
    '    host: 0.0.0.0',
    '    port: 26656',
  ]
  if (peers.length === 0) return [...lines, '    peers: []   # <node id>@host:port of other members'].join('\n')
  return [...lines, '    peers:', ...peers.map(peer => `      - ${JSON.stringify(peer)}`)].join('\n')
}

function wrong(message: string): ConetError {
  return new ConetError('GENESIS_WRONG', message)
}
