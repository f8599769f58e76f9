import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cometbftKeys } from '@conet/engines'
import { ownerOf, readOrCreateKeyFile } from '@conet/node'
import { type Network, nodesOf, twinOf } from './manifest.js'
import type { Wiring } from './wiring/index.js'

export const LID = 'conet-networks'
export const ASSET = 'credit'
/** Micro-credits that every owner and every sender begins with. */
export const FUNDS = 100_000_000n
const POWER = 10
/** Where nobody listens: nodes must use the lines they were given, not what they tell each other. */
const NOWHERE = '127.0.0.1:1'

/** A node's folder, keys and place in the network, before it starts. */
export interface Place {
  readonly name: string
  readonly data: string
  readonly did: string
  /** Key that its engine votes with. */
  readonly validatorKey: string
}

/** All that must be known of a network before it starts. */
export interface Plan {
  readonly network: Network
  readonly dir: string
  readonly wiring: Wiring
  /** DIDs of the load's senders, funded like owners. */
  readonly senders: readonly string[]
  /** Further members of every configuration. */
  readonly more?: object
}

/** Every process that may run: nodes, and twins of those that get one. */
export function processesOf(network: Network): readonly string[] {
  return [...nodesOf(network), ...network.faults.filter(({ kind }) => kind === 'twin').map(({ node }) => twinOf(node))]
}

/** Writes folders, keys, genesis and configurations. */
export async function makePlaces(plan: Plan): Promise<ReadonlyMap<string, Place>> {
  const { network, dir, senders } = plan
  const places: (Place & { readonly nodeId: string })[] = []
  for (const name of processesOf(network)) {
    const data = join(dir, name, 'node')
    const engine = join(data, 'ledger', 'cometbft')
    mkdirSync(engine, { recursive: true, mode: 0o700 })
    const keys = await cometbftKeys(engine)
    places.push({
      name,
      data,
      did: ownerOf(readOrCreateKeyFile(join(data, 'identity.key')), 'conet', LID).did,
      ...keys,
    })
  }
  for (const { kind, node } of network.faults) if (kind === 'twin') copyKey(dir, node)
  const validators = places.slice(0, network.validators)
  const owners = [...places.map(({ did }) => did), ...senders]
  const genesis = {
    lid: LID,
    timeMs: Date.now(),
    assets: [{ id: ASSET, issuer: owners[0], decimals: 6 }],
    accounts: owners.map(owner => ({ owner, asset: ASSET, amount: FUNDS.toString() })),
    validators: validators.map(({ did, validatorKey }) => ({ owner: did, publicKey: validatorKey, power: POWER })),
  }
  for (const place of places) {
    writeFileSync(join(place.data, 'genesis.json'), JSON.stringify(genesis))
    writeFileSync(join(dir, place.name, 'config.yaml'), JSON.stringify(configOf(plan, place, places)))
  }
  return new Map(places.map(place => [place.name, place]))
}

/** The twin votes with the key of the other, and remembers none of its votes. */
function copyKey(dir: string, node: string): void {
  const file = (name: string) => join(dir, name, 'node', 'ledger', 'cometbft', 'config', 'priv_validator_key.json')
  writeFileSync(file(twinOf(node)), readFileSync(file(node)), { mode: 0o600 })
}

function configOf(
  { wiring, more }: Plan,
  place: Place,
  places: readonly (Place & { readonly nodeId: string })[],
): object {
  const { name, data } = place
  const peers = places
    .filter(other => other.name !== name)
    .map(other => `${other.nodeId}@${wiring.peer(name, other.name)}`)
  return {
    dataDir: data,
    name,
    ledger: {
      engine: 'cometbft',
      genesis: 'genesis.json',
      cometbft: { ...wiring.listen(name), external: NOWHERE, peers },
    },
    api: { host: wiring.apiHost(name), port: 0 },
    gateway: { port: 0 },
    log: { level: 'error' },
    ...more,
  }
}
