import { ConetError } from '@conet/core/errors'
import { type Proof, verifyProof } from '@conet/core/ledger'
import type { Offer as LedgerOffer } from '@conet/core/ledger/modules/registry'
import type { Did } from '@conet/core/units'
import type { NodeApi } from '../api/index.js'
import { bytesToHex } from './hex.js'
import type { LightClient } from './light-client.js'
import type { HeaderSource, LightCrypto, SignedHeaderJson } from './types.js'
import { milliseconds } from './verify.js'

/** The block after a change carries its app hash; it follows within a second or two. */
const ATTEMPTS = 40
const PAUSE_MS = 250

type Api = Pick<NodeApi, 'base' | 'get'>
type Wait = (ms: number) => Promise<void>

/** A record of the ledger and what it was proven by. */
export interface Proven<T> {
  readonly value: T
  /** Height of the ledger that the record is of. */
  readonly height: number
  readonly appHash: string
  /** Time of the header that carries the app hash; `undefined` where a single node orders. */
  readonly timeMs: number | undefined
}

/** The headers that one node gives. */
export function nodeHeaders(api: Api): HeaderSource {
  return {
    name: api.base,
    signedHeader: (height, counting) =>
      api.get<SignedHeaderJson>(`/v1/ledger/commit/${height}?counting=${counting}`).catch(missing),
  }
}

function missing(error: unknown): undefined {
  if (error instanceof ConetError && error.code === 'NOT_FOUND') return undefined
  throw error
}

/**
 * A record of the ledger's state, as one node gives it, checked against a header that the light client believes.
 *
 * @param key - of the state, such as `accounts/account/<owner>/<asset>`
 * @param wait - pauses while the header that carries the app hash is not there yet
 * @throws ConetError `RECORD_MISSING`, `PROOF_WRONG`, and a code of the light client
 */
export async function provenRecord(
  client: LightClient,
  api: Api,
  key: string,
  crypto: LightCrypto,
  wait: Wait,
): Promise<Proven<string>> {
  const given = await proofOf(api, key)
  const { header } = await soon(() => client.header(given.height + 1, 'ledger'), wait)
  const appHash = bytesToHex(header.appHash)
  return {
    value: checkedRecord(given, key, appHash, crypto),
    height: given.height,
    appHash,
    timeMs: milliseconds(header.time),
  }
}

/** The same where a single node orders: the proof holds against the app hash which that node itself gives. */
export async function recordOfOneNode(api: Api, key: string, crypto: LightCrypto): Promise<Proven<string>> {
  const given = await proofOf(api, key)
  const { height, appHash } = given
  return { value: checkedRecord(given, key, appHash, crypto), height, appHash, timeMs: undefined }
}

/** The text of the record. @throws ConetError `PROOF_WRONG` unless the proof is of this key and leads to the app hash */
export function checkedRecord(proof: Proof, key: string, appHash: string, { sha256 }: LightCrypto): string {
  if (proof.key === key && verifyProof(proof, appHash, sha256)) return proof.value
  throw new ConetError('PROOF_WRONG', `the proof of ${key} does not lead to app hash ${appHash}: ask another node`, {
    verdict: 'punish',
    data: { key, appHash },
  })
}

/** What an owner has of one asset, decimal text in smallest units. */
export interface ProvenBalance {
  readonly balance: string
  readonly held: string
  readonly debt: string
}

/** State key of an account. */
export function accountRecord(owner: Did, asset: string): string {
  return `accounts/account/${owner}/${asset}`
}

/** State key of a live offer. */
export function offerRecord(id: string): string {
  return `registry/offer/${id}`
}

/** Reads the text of an account. */
export function readBalance({ value, ...rest }: Proven<string>): Proven<ProvenBalance> {
  const { balance, held, debt } = JSON.parse(value) as ProvenBalance
  return { ...rest, value: { balance, held, debt } }
}

/** Reads the text of an offer: what the ledger holds, whatever a node's list says of it. */
export function readOffer({ value, ...rest }: Proven<string>): Proven<LedgerOffer> {
  return { ...rest, value: JSON.parse(value) as LedgerOffer }
}

async function proofOf(api: Api, key: string): Promise<Proof & { readonly height: number; readonly appHash: string }> {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const given = await api.get<Proof & { height: number; appHash: string }>(`/v1/proofs/${path}`).catch(missing)
  if (given === undefined) {
    const message = `the ledger has no record ${key}; that nothing is there cannot be proven`
    throw new ConetError('RECORD_MISSING', message, { data: { key } })
  }
  if (Number.isSafeInteger(given.height) && given.height >= 0 && typeof given.appHash === 'string') return given
  throw new ConetError('ANSWER_MALFORMED', `${api.base} gave a proof without height and app hash`)
}

async function soon<T>(ask: () => Promise<T>, wait: Wait): Promise<T> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await ask()
    } catch (error) {
      const early = error instanceof ConetError && error.code === 'HEADER_MISSING'
      if (!early || left === 0) throw error
      await wait(PAUSE_MS)
    }
  }
}
