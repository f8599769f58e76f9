import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openOrCreateKeystore } from '@conet/client'
import { encodeDidKey, publicKeyFromSeed } from '@conet/core/identity'
import type { Genesis } from '@conet/core/ledger'
import type { Did } from '@conet/core/units'
import { type Engine, openSolo } from '@conet/engines'
import { createLogger, type Node, ownerOf, parseConfig, readOrCreateKeyFile, startNode } from '@conet/node'
import { pageFolders } from '../pages.js'
import { MEMBERS, type Member, memberConfig } from './members.js'
import { type Origin, startOrigin } from './origin.js'

const LID = 'conet-demo'
/** Enough for a day of play: 100 credits. */
const FUNDS_MICRO_CREDITS = '100000000'

export interface Consortium {
  /** Folder of everything; the visitor's home is `<dir>/visitor`. */
  readonly dir: string
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
  readonly logLevel?: string
}

/**
 * Starts three owner networks that share one ledger, a funded visitor, and a web server to reach.
 *
 * @throws ConetError of the node that cannot start; everything opened before is closed again
 */
export async function startConsortium(options: ConsortiumOptions): Promise<Consortium> {
  const { dir } = options
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step()
  }
  try {
    const visitor = makeVisitor(join(dir, 'visitor'))
    const origin = await startOrigin()
    undo.push(() => origin.close())
    const engine = await openSolo({ dir: join(dir, 'ledger'), genesis: genesisFor(dir, visitor.did) })
    await engine.start()
    undo.push(() => engine.stop())
    const nodes = new Map<Member['key'], Node>()
    for (const member of MEMBERS) {
      const node = await startMember(member, { ...options, engine, origin, operator: nodes.get('operator')?.url })
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
function genesisFor(dir: string, visitor: Did): Genesis {
  const owners = MEMBERS.map(({ key }) => {
    mkdirSync(join(dir, key), { recursive: true, mode: 0o700 })
    return ownerOf(readOrCreateKeyFile(join(dir, key, 'identity.key')), 'conet', LID).did
  })
  const [operator = visitor] = owners
  return {
    lid: LID,
    timeMs: 0,
    assets: [{ id: 'credit', issuer: operator, decimals: 6 }],
    accounts: [visitor, ...owners].map(owner => ({ owner, asset: 'credit', amount: FUNDS_MICRO_CREDITS })),
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
  const log = createLogger((start.logLevel ?? 'warn') as 'warn')
  return startNode(parseConfig(JSON.stringify(config)), { engine: start.engine, log, ...pageFolders() })
}
