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
import { isNodeUrl, nodeFolder } from '../wallet.js'

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

/** What the user named as worth trusting; whatever is here is used, or the proof fails. */
export interface Anchors {
  readonly genesis?: string
  readonly trust?: { readonly height: number; readonly hash: string }
  readonly witness?: readonly string[]
}

/**
 * Reads the options of a proof before anything is asked: one that cannot be read must never look as if it had been used.
 *
 * @throws ConetError `USAGE` if one has the wrong form, or is given without `--proof`
 */
export function readAnchors(options: Readonly<Record<string, unknown>>): Anchors {
  const { proof, genesis, trust, witness } = options as { proof?: boolean; trust?: string } & Omit<Anchors, 'trust'>
  const given = { ...(genesis !== undefined && { genesis }), ...(witness !== undefined && { witness }) }
  const anchors: Anchors = { ...given, ...(trust !== undefined && { trust: headerTold(trust) }) }
  if (proof !== true && Object.keys(anchors).length > 0)
    throw new ConetError('USAGE', `${named(anchors)} says what a proof is held against: give --proof with it`)
  for (const url of witness ?? []) checkUrl(url)
  return anchors
}

/**
 * What the user trusts, from files and options: the genesis in the home folder, a header verified before, a hash somebody told.
 *
 * @returns `undefined` where a single node orders
 * @throws ConetError `GENESIS_WRONG` if the node or a witness has another ledger than the one that is trusted,
 * `VALIDATORS_MISSING` if anchors are given where nobody signs headers that could be held against them
 */
export async function openTrust(context: CommandContext, api: NodeApi, anchors: Anchors): Promise<Trust | undefined> {
  const own = ownGenesis(context, anchors.genesis)
  const theirs = await api.get<Genesis>('/v1/ledger/genesis')
  const genesis = own ?? theirs
  refuseOther(genesis, theirs, api.base)
  if (genesis.validators === undefined) {
    refuseAnchors(anchors)
    return undefined
  }
  const chainId = chainIdOf(genesis, CRYPTO.sha256)
  const file = join(context.home, `light-${genesis.lid}.json`)
  const kept = readKept(file)
  if (own === undefined && kept !== undefined && kept.chainId !== chainId)
    throw wrong(`${api.base} shows ledger ${chainId}; ${file} knows it as ${kept.chainId}`)
  const witnesses = await findWitnesses(api, anchors.witness)
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
    root: rootOf(genesis, kept?.chainId === chainId ? kept : undefined, anchors.trust),
    source: nodeHeaders(api),
    witnesses: witnesses.map((witness): HeaderSource => nodeHeaders(witness)),
    crypto: CRYPTO,
  })
  return { client, witnesses: witnesses.map(({ base }) => base), keep: () => keep(file, chainId, client) }
}

function ownGenesis({ home }: CommandContext, named: string | undefined): Genesis | undefined {
  const places = [join(nodeFolder(home), 'genesis.json'), join(nodeFolder(home), 'ledger', 'genesis.json')]
  const path = named === undefined ? places.find(place => existsSync(place)) : named
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

function rootOf({ validators = [] }: Genesis, kept: Kept | undefined, told: Anchors['trust']): TrustRoot {
  if (told !== undefined) return told
  return kept === undefined ? { validators } : { verified: kept.verified }
}

function headerTold(text: string): NonNullable<Anchors['trust']> {
  const [, height, hash] = /^([1-9][0-9]{0,14}):([0-9A-Fa-f]{64})$/.exec(text) ?? []
  if (hash === undefined) throw new ConetError('USAGE', '--trust takes <height of a header>:<its hash, 64 hex digits>')
  return { height: Number(height), hash }
}

function checkUrl(text: string): void {
  if (isNodeUrl(text)) return
  throw new ConetError('USAGE', `--witness takes the URL of a node such as http://192.0.2.9:8640, not "${text}"`)
}

/** A single node orders: no header is signed, so nothing a user or a witness knows could confirm one. */
function refuseAnchors(anchors: Anchors): void {
  if (Object.keys(anchors).length === 0) return
  const why = 'a single node orders this ledger, its genesis names no validators and nobody signs its headers'
  throw new ConetError(
    'VALIDATORS_MISSING',
    `${named(anchors)} cannot be used: ${why}. Ask a node of a ledger with validators, or give --proof alone to see what this node says of itself`,
  )
}

function named(anchors: Anchors): string {
  return Object.keys(anchors)
    .map(name => `--${name}`)
    .join(', ')
}

/** Those that were named, else nodes of other owners that the ledger's registry knows. */
async function findWitnesses(api: NodeApi, wanted: Anchors['witness']): Promise<readonly NodeApi[]> {
  const urls = wanted ?? (await registered(api))
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
