import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  chainIdOf,
  genesisHash,
  type HeaderSource,
  LightClient,
  type LightCrypto,
  NodeApi,
  nodeHeaders,
  nodePorts,
  type SignedHeaderJson,
  type TrustRoot,
} from '@conet/client'
import { ConetError } from '@conet/core/errors'
import { verifyBytes } from '@conet/core/identity'
import { type Genesis, parseGenesis } from '@conet/core/ledger'
import type { CommandContext } from '../command.js'
import { nodeFolder } from '../wallet.js'

export const CRYPTO: LightCrypto = { sha256: nodePorts.sha256, verify: verifyBytes }

/** Members are known and answer for their signatures this long (docs/spec/governance.md GOV-53). */
const TRUSTING_PERIOD_MS = 14 * 86_400_000
const MAX_DRIFT_MS = 10_000
/** Nodes asked to confirm, if none is named. */
const MOST_WITNESSES = 3

export interface Trust {
  readonly client: LightClient
  readonly witnesses: readonly string[]
  /** Stores the newest verified header: next time begins with it. */
  keep(): void
}

interface Kept {
  readonly chainId: string
  readonly verified: SignedHeaderJson
}

/**
 * What the user trusts, from files and options: the genesis in the home folder, a header verified before, a hash somebody told.
 *
 * @returns `undefined` where a single node orders
 * @throws ConetError `GENESIS_WRONG` if the node or a witness has another ledger than the one that is trusted
 */
export async function openTrust(
  context: CommandContext,
  api: NodeApi,
  options: Readonly<Record<string, unknown>>,
): Promise<Trust | undefined> {
  const own = ownGenesis(context, options.genesis)
  const theirs = await api.get<Genesis>('/v1/ledger/genesis')
  const genesis = own ?? theirs
  refuseOther(genesis, theirs, api.base)
  if (genesis.validators === undefined) return undefined
  const chainId = chainIdOf(genesis, CRYPTO.sha256)
  const file = join(context.home, `light-${genesis.lid}.json`)
  const kept = readKept(file)
  if (own === undefined && kept !== undefined && kept.chainId !== chainId)
    throw wrong(`${api.base} shows ledger ${chainId}; ${file} knows it as ${kept.chainId}`)
  const witnesses = await findWitnesses(api, options.witness)
  for (const witness of witnesses) refuseOther(genesis, await genesisOf(witness), witness.base)
  if (own === undefined && kept === undefined)
    context.out.note(
      `believing the genesis on first use; compare its hash with a member: ${genesisHash(genesis, CRYPTO.sha256)}`,
    )
  const client = new LightClient({
    chainId,
    trustingPeriodMs: TRUSTING_PERIOD_MS,
    maxDriftMs: MAX_DRIFT_MS,
    now: () => Date.now(),
    root: rootOf(genesis, kept?.chainId === chainId ? kept : undefined, options.trust),
    source: nodeHeaders(api),
    witnesses: witnesses.map((witness): HeaderSource => nodeHeaders(witness)),
    crypto: CRYPTO,
  })
  return { client, witnesses: witnesses.map(({ base }) => base), keep: () => keep(file, chainId, client) }
}

function ownGenesis({ home }: CommandContext, named: unknown): Genesis | undefined {
  const places = [join(nodeFolder(home), 'genesis.json'), join(nodeFolder(home), 'ledger', 'genesis.json')]
  const path = named === undefined ? places.find(place => existsSync(place)) : String(named)
  if (path === undefined) return undefined
  try {
    return parseGenesis(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if (cause instanceof ConetError) throw cause
    throw new ConetError('GENESIS_MALFORMED', `${path} cannot be read as a genesis`, { cause })
  }
}

/** A witness that is down confirms nothing, and says nothing of the genesis either. */
async function genesisOf(witness: NodeApi): Promise<Genesis | undefined> {
  return await witness.get<Genesis>('/v1/ledger/genesis').catch(() => undefined)
}

function refuseOther(ours: Genesis, theirs: Genesis | undefined, base: string): void {
  if (theirs === undefined) return
  const [expected, got] = [genesisHash(ours, CRYPTO.sha256), genesisHash(theirs, CRYPTO.sha256)]
  if (expected !== got) throw wrong(`${base} has a ledger with genesis ${got}, trusted is ${expected}`)
}

function rootOf({ validators = [] }: Genesis, kept: Kept | undefined, told: unknown): TrustRoot {
  if (told !== undefined) {
    const [, height, hash] = /^([1-9][0-9]{0,14}):([0-9A-Fa-f]{64})$/.exec(String(told)) ?? []
    if (hash === undefined)
      throw new ConetError('USAGE', '--trust takes <height of a header>:<its hash, 64 hex digits>')
    return { height: Number(height), hash }
  }
  return kept === undefined ? { validators } : { verified: kept.verified }
}

/** Those that were named, else nodes of other owners that the ledger's registry knows. */
async function findWitnesses(api: NodeApi, named: unknown): Promise<readonly NodeApi[]> {
  const urls = named === undefined ? await registered(api) : (named as readonly string[])
  return urls.map(url => new NodeApi(url, { ports: nodePorts }))
}

async function registered(api: NodeApi): Promise<readonly string[]> {
  const { did } = await api.node()
  const page = await api.get<{ items: readonly { did?: string; profile?: { node?: string } }[] }>('/v1/networks')
  const others = page.items.flatMap(({ did: owner, profile }) =>
    owner !== did && profile?.node !== undefined && profile.node !== api.base ? [profile.node] : [],
  )
  return [...new Set(others)].slice(0, MOST_WITNESSES)
}

function readKept(file: string): Kept | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Kept>
    return typeof value.chainId === 'string' && value.verified !== undefined ? (value as Kept) : undefined
  } catch {
    // None yet, or torn: trust begins at the genesis again.
    return undefined
  }
}

function keep(file: string, chainId: string, client: LightClient): void {
  const newest = client.newest
  if (newest === undefined) return
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify({ chainId, verified: newest.json })}\n`, { mode: 0o600 })
}

function wrong(message: string): ConetError {
  return new ConetError('GENESIS_WRONG', `${message}: it is not the same ledger`)
}
