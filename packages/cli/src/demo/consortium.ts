import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openOrCreateKeystore } from '@conet/client'
import { encodeDidKey, publicKeyFromSeed } from '@conet/core/identity'
import type { Genesis } from '@conet/core/ledger'
import type { Did } from '@conet/core/units'
import type { Engine } from '@conet/engines'
import {
  createLogger,
  type LogLevel,
  type Node,
  ownerOf,
  parseConfig,
  readOrCreateKeyFile,
  startNode,
} from '@conet/node'
import { pageFolders } from '../pages.js'
import { type EngineKind, openLedgers, VALIDATORS, validatorsOf } from './ledgers.js'
import { MEMBERS, type Member, memberConfig } from './members.js'
import { type Origin, startOrigin } from './origin.js'

const LID = 'conet-demo'
/** Enough for a day of play: 100 credits. */
const FUNDS_MICRO_CREDITS = '100000000'

export interface Consortium {
  /** Folder of everything; the visitor's home is `<dir>/visitor`. */
  readonly dir: string
  /** The operator's replica. */
  readonly engine: Engine
  readonly nodes: ReadonlyMap<Member['key'], Node>
  readonly visitor: { readonly home: string; readonly did: Did; readonly seed: Uint8Array }
  readonly origin: Origin
  /** Stops nodes, ledger and web server, in that order. */
  stop(): Promise<void>
}

export interface ConsortiumOptions {
  readonly dir: string
  /** Port of the operator's API and console; 0 takes a free one. */
  readonly port?: number
  readonly logLevel?: LogLevel
  /** What orders; default one writer that all share. */
  readonly kind?: EngineKind
}

/**
 * Starts three owner networks that share one ledger, a funded visitor, and a web server to reach.
 *
 * @throws ConetError of the node that cannot start; everything opened before is closed again
 */
export async function startConsortium(options: ConsortiumOptions): Promise<Consortium> {
  const { dir, kind = 'solo' } = options
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step()
  }
  try {
    const visitor = makeVisitor(join(dir, 'visitor'))
    const origin = await startOrigin()
    undo.push(() => origin.close())
    const ledgers = await openLedgers(kind, dir, keys => genesisFor(dir, visitor.did, keys))
    undo.push(() => ledgers.stop())
    const engine = ledgers.of('operator')
    const nodes = new Map<Member['key'], Node>()
    for (const member of MEMBERS) {
      const start = { ...options, engine: ledgers.of(member.key), origin, operator: nodes.get('operator')?.url }
      const node = await startMember(member, start)
      undo.push(() => node.stop())
      nodes.set(member.key, node)
    }
    writeFileSync(join(visitor.home, 'node.url'), `${nodes.get('operator')?.url}\n`)
    writeFileSync(join(dir, 'origin.url'), `http://${origin.host}:${origin.port}/\n`)
    return { dir, engine, nodes, visitor, origin, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function makeVisitor(home: string): Consortium['visitor'] {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const seed = openOrCreateKeystore(join(home, 'wallet.json'))
  return { home, seed, did: encodeDidKey(publicKeyFromSeed(seed)) }
}

/** The members' keys name the accounts: the household needs credits to buy from the operator. */
function genesisFor(dir: string, visitor: Did, validators: ReadonlyMap<string, string>): Genesis {
  const ownerIn = (name: string) => {
    mkdirSync(join(dir, name), { recursive: true, mode: 0o700 })
    return ownerOf(readOrCreateKeyFile(join(dir, name, 'identity.key')), 'conet', LID).did
  }
  const names = validators.size === 0 ? MEMBERS.map(member => member.key) : VALIDATORS
  const owners = new Map(names.map(name => [name, ownerIn(name)]))
  const [operator = visitor] = owners.values()
  return {
    lid: LID,
    timeMs: 0,
    assets: [{ id: 'credit', issuer: operator, decimals: 6 }],
    accounts: [visitor, ...owners.values()].map(owner => ({ owner, asset: 'credit', amount: FUNDS_MICRO_CREDITS })),
    ...(validators.size > 0 && { validators: validatorsOf(validators, name => owners.get(name) ?? operator) }),
  }
}

interface MemberStart extends ConsortiumOptions {
  readonly engine: Engine
  readonly origin: Origin
  readonly operator: string | undefined
}

function startMember(member: Member, start: MemberStart): Promise<Node> {
  const port = member.key === 'operator' ? (start.port ?? 0) : 0
  const config = memberConfig(member, {
    dataDir: join(start.dir, member.key),
    port,
    origin: `${start.origin.host}:${start.origin.port}`,
    upstream: member.relays ? start.operator : undefined,
  })
  const log = createLogger(start.logLevel ?? 'warn')
  return startNode(parseConfig(JSON.stringify(config)), { engine: start.engine, log, ...pageFolders() })
}
