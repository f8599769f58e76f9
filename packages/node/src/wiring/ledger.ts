import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { type Genesis, parseGenesis } from '@conet/core/ledger'
import {
  type CometbftEvent,
  type Dropped,
  type Engine,
  followSolo,
  ledgerApplication,
  openCometbft,
  openSolo,
} from '@conet/engines'
import type { Config, Environment } from '../config/index.js'
import { replaceFile, type Seeds } from '../keys/index.js'
import type { Logger } from '../log/index.js'
import { ownerOf } from '../owner/index.js'

/** A million credits for the first owner of a new ledger of its own. */
const FIRST_AMOUNT = '1000000000000'

function readGenesis(path: string): Genesis | undefined {
  try {
    return parseGenesis(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return undefined
    if (cause instanceof ConetError) throw cause
    throw new ConetError('CONFIG_UNREADABLE', `the genesis file ${path} cannot be read; check ledger.genesis`, {
      data: { path },
      cause,
    })
  }
}

/** A ledger of one's own: the first owner issues the asset `credit`. Written once, and found again at every start. */
function newGenesis(
  path: string,
  config: Config,
  seeds: Seeds,
  random: (size: number) => Uint8Array,
  now: number,
): Genesis {
  const lid = `conet-${Buffer.from(random(4)).toString('hex')}`
  const { did } = ownerOf(seeds, config.identity.method, lid)
  const genesis = {
    lid,
    timeMs: now,
    assets: [{ id: 'credit', issuer: did, decimals: 6 }],
    accounts: [{ owner: did, asset: 'credit', amount: FIRST_AMOUNT }],
  }
  replaceFile(path, `${JSON.stringify(genesis, undefined, 2)}\n`)
  return genesis
}

/** Blocks of a consortium may be this far ahead of a clock that is right. */
const CLOCK_SLACK_MS = 10_000

/** What opening a ledger needs besides the configuration. */
export interface LedgerPorts {
  readonly seeds: Seeds
  readonly random: (size: number) => Uint8Array
  readonly now: () => number
  readonly log: Logger
  readonly env: Environment
}

/**
 * Opens and starts the engine that the configuration names.
 *
 * @throws ConetError of the engine (`DATA_LOCKED`, `GENESIS_MISMATCH`, `ENGINE_UNREACHABLE` …), `CONFIG_UNREADABLE`
 */
export async function openLedger(config: Config, ports: LedgerPorts): Promise<Engine> {
  const dir = join(config.dataDir, 'ledger')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const named = config.ledger.genesis
  const path = resolve(config.dataDir, named ?? 'genesis.json')
  const genesis = readGenesis(path)
  if (named !== undefined && genesis === undefined) {
    throw new ConetError('CONFIG_UNREADABLE', `there is no genesis file ${path}; check ledger.genesis`, {
      data: { path },
    })
  }
  const engine = await openEngine(config, ports, dir, genesis, () =>
    newGenesis(path, config, ports.seeds, ports.random, ports.now()),
  )
  await engine.start()
  tellOfClock(engine.info().timeMs - ports.now(), ports.log)
  return engine
}

/** A ledger's time cannot go back: one block made by a clock that was ahead holds it there. */
function tellOfClock(behindMs: number, log: Logger): void {
  if (behindMs <= CLOCK_SLACK_MS) return
  const message = `this machine's clock is ${Math.round(behindMs / 1_000)} s behind the ledger, which takes nothing that has expired by its own time: the node signs by the ledger's time until the clock has caught up; set the clock if it is wrong`
  log.warn({ behindMs }, message)
}

function openEngine(
  { ledger, name }: Config,
  { log, env }: LedgerPorts,
  dir: string,
  genesis: Genesis | undefined,
  founded: () => Genesis,
): Promise<Engine> {
  const onDropped = (dropped: Dropped) =>
    log.warn({ dropped }, 'the last block was not finished when the node ended: it is cut from the log and kept beside')
  const base = { dir, application: ledgerApplication, onDropped }
  if (ledger.engine === 'follow') {
    const onSource = (err: Error | undefined) =>
      err === undefined
        ? log.info('the ledger that is followed is heard again')
        : log.warn({ err }, 'the ledger that is followed has not been heard: what is shown here may be old')
    return followSolo({ ...base, url: ledger.url ?? '', onSource, ...(genesis && { genesis }) })
  }
  const onFailure = (err: Error) => log.fatal({ err }, 'the ledger has stopped; restart the node')
  if (ledger.engine === 'solo') return openSolo({ ...base, genesis: genesis ?? founded(), onFailure })
  const { host, port, external, peers, rpc, logLevel, stateSync } = ledger.cometbft
  return openCometbft({
    ...{ ...base, env, peers, logLevel, moniker: name, rpcListen: rpc, onFailure },
    genesis: genesis ?? founded(),
    p2p: { host, port, external },
    ...(stateSync && { stateSync }),
    onEvent: event => tell(log, event),
  })
}

/** What an owner should see of the engine's process, at the level it deserves. */
function tell(log: Logger, event: CometbftEvent): void {
  if (event.type === 'ended') log.error({ cometbft: event }, 'CometBFT ended; it is started again')
  else if (event.type === 'exception' || event.type === 'malformed' || event.type === 'disk') {
    log.error({ cometbft: event }, 'the ledger could not do what CometBFT asked')
  } else log.debug({ cometbft: event }, 'CometBFT')
}
