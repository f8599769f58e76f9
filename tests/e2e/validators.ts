import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cometbftKeys } from '@conet/engines'
import { ownerOf, readOrCreateKeyFile } from '@conet/node'
import { freePort, NodeProcess } from './network.js'
import { Running } from './program.js'

export { missingCometbft } from '@conet/engines/cometbft/testing'

/** Ledger of these tests, and what each owner begins with. */
const LID = 'conet-e2e'
const FUNDS = '100000000'
const POWER = 10

/** Owners that validate together, each with a configuration in a folder of its name. */
export interface Validators {
  readonly names: readonly string[]
  /** DID of an owner's node. */
  readonly dids: ReadonlyMap<string, string>
  /** Starts the node of one owner; the first `conet up` of each must come within a minute of the others. */
  start(name: string): Promise<NodeProcess>
}

/** Writes keys, genesis and configurations for so many validators on free loopback ports. */
export async function makeValidators(dir: string, count: number): Promise<Validators> {
  const names = Array.from({ length: count }, (_, i) => `owner${i + 1}`)
  const places = []
  for (const name of names) {
    const data = join(dir, name, 'node')
    mkdirSync(join(data, 'ledger', 'cometbft'), { recursive: true, mode: 0o700 })
    const keys = await cometbftKeys(join(data, 'ledger', 'cometbft'))
    const { did } = ownerOf(readOrCreateKeyFile(join(data, 'identity.key')), 'conet', LID)
    places.push({ name, data, did, port: await freePort(), ...keys })
  }
  const genesis = {
    lid: LID,
    timeMs: Date.now(),
    assets: [{ id: 'credit', issuer: places[0]?.did, decimals: 6 }],
    accounts: places.map(({ did }) => ({ owner: did, asset: 'credit', amount: FUNDS })),
    validators: places.map(({ did, validatorKey }) => ({ owner: did, publicKey: validatorKey, power: POWER })),
  }
  for (const { name, data, port } of places) {
    writeFileSync(join(data, 'genesis.json'), JSON.stringify(genesis))
    const others = places.filter(other => other.name !== name)
    const peers = others.map(other => `${other.nodeId}@127.0.0.1:${other.port}`)
    const config = {
      dataDir: data,
      name,
      ledger: { engine: 'cometbft', genesis: 'genesis.json', cometbft: { port, peers } },
      api: { port: 0 },
      log: { level: 'error' },
    }
    writeFileSync(join(dir, name, 'config.yaml'), JSON.stringify(config))
  }
  return {
    names,
    dids: new Map(places.map(({ name, did }) => [name, did])),
    start: name =>
      NodeProcess.of(dir, name, Running.start(['up', '--config', join(dir, name, 'config.yaml')], {}, 60_000)),
  }
}
