import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { type Genesis, parseGenesis } from '@conet/core/ledger'
import { cometbftKeys, findCometbft } from '@conet/engines'
import type { Config } from '@conet/node'
import { bad, type Check, good, look } from './check.js'

/** A peer that does not answer by then is called away. */
const CONNECT_MS = 2_000

/** Everything that ordering by CometBFT needs. */
export async function checkCometbft(config: Config, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const { host, port, peers } = config.ledger.cometbft
  return [
    await checkProgram(env),
    await look('genesis', () => describeGenesis(config)),
    await look('validator', () => describeKey(config)),
    await look('port for peers', () => describePort(config, host, port)),
    ...(await Promise.all(peers.map(checkPeer))),
  ]
}

/** Whether the program is there and of the version that is used. */
export function checkProgram(env: NodeJS.ProcessEnv): Promise<Check> {
  return look('cometbft', async () => {
    const { path, version } = await findCometbft(env)
    return `${version} at ${path}`
  })
}

function readGenesis(config: Config): Genesis {
  const path = resolve(config.dataDir, config.ledger.genesis ?? 'genesis.json')
  if (!existsSync(path))
    throw new Error(`there is no genesis at ${path}: get it from a member, or start a ledger of your own`)
  return parseGenesis(JSON.parse(readFileSync(path, 'utf8')))
}

export function describeGenesis(config: Config): string {
  const { lid, validators } = readGenesis(config)
  return validators === undefined
    ? `ledger ${lid}, ordered by one node alone`
    : `ledger ${lid}, ${validators.length} validators`
}

async function describeKey(config: Config): Promise<string> {
  const home = join(config.dataDir, 'ledger', 'cometbft')
  if (!existsSync(join(home, 'config', 'priv_validator_key.json'))) return 'keys are made at the first start'
  const { nodeId, validatorKey } = await cometbftKeys(home)
  const { validators } = readGenesis(config)
  const isFirst = validators === undefined || validators.some(({ publicKey }) => publicKey === validatorKey)
  const role = isFirst ? 'a validator of the genesis' : 'none of the genesis: it follows unless it was admitted since'
  return `peers call this node ${nodeId}@HOST:PORT; its key ${validatorKey} is ${role}`
}

async function describePort(config: Config, host: string, port: number): Promise<string> {
  if (port === 0) return 'a free one is taken at each start'
  const isFree = await new Promise<boolean>(done => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, host, () => server.close(() => done(true)))
  })
  if (isFree) return `${host}:${port} is free`
  if (existsSync(join(config.dataDir, 'ledger', 'cometbft', 'cometbft.pid')))
    return `${host}:${port} is in use by this node`
  throw new Error(`${host}:${port} is in use by another program: choose another ledger.cometbft.port`)
}

function checkPeer(peer: string): Promise<Check> {
  const address = peer.slice(peer.indexOf('@') + 1)
  const at = address.lastIndexOf(':')
  return new Promise(done => {
    const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) })
    const end = (check: Check) => {
      socket.destroy()
      done(check)
    }
    const name = `peer ${address}`
    socket.setTimeout(CONNECT_MS, () => end(bad(name, 'does not answer: check its address and firewalls')))
    socket.once('connect', () => end(good(name, 'answers')))
    socket.once('error', error => end(bad(name, `cannot be reached (${error.message}): it may be down`)))
  })
}
