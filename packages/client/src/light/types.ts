import type { UnixMillis } from '@conet/core/units'
import type { Sha256 } from '@conet/core/wire'

/** A time as it is signed: nanoseconds matter. */
export interface Timestamp {
  /** Since the Unix epoch; below zero for the zero time of an absent signature. */
  readonly seconds: bigint
  readonly nanos: number
}

export interface BlockId {
  /** Header hash; empty in front of the first block. */
  readonly hash: Uint8Array
  readonly partsTotal: number
  readonly partsHash: Uint8Array
}

/** A header of CometBFT; every member is part of its hash. */
export interface Header {
  readonly versionBlock: bigint
  readonly versionApp: bigint
  readonly chainId: string
  readonly height: number
  readonly time: Timestamp
  readonly lastBlockId: BlockId
  readonly lastCommitHash: Uint8Array
  readonly dataHash: Uint8Array
  readonly validatorsHash: Uint8Array
  readonly nextValidatorsHash: Uint8Array
  readonly consensusHash: Uint8Array
  /** After the block before this one. */
  readonly appHash: Uint8Array
  readonly lastResultsHash: Uint8Array
  readonly evidenceHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

/** One validator's part of a commit. */
export interface CommitSignature {
  /** Only those for the block count; the others voted for nothing or not at all. */
  readonly forBlock: boolean
  readonly address: Uint8Array
  readonly time: Timestamp
  readonly signature: Uint8Array
}

export interface Commit {
  readonly height: number
  readonly round: number
  readonly blockId: BlockId
  readonly signatures: readonly CommitSignature[]
}

export interface LightValidator {
  readonly address: Uint8Array
  readonly publicKey: Uint8Array
  readonly power: bigint
}

/** A header with who signed it; nothing of it is believed before it was verified. */
export interface LightBlock {
  readonly header: Header
  readonly commit: Commit
  readonly validators: readonly LightValidator[]
  /** JSON that it was read from, so that a trusted one can be kept. */
  readonly json: SignedHeaderJson
}

/** What a node answers; the shapes of CometBFT's RPC. */
export interface SignedHeaderJson {
  readonly header: unknown
  readonly commit: unknown
  readonly validators: unknown
}

/** Primitives that the platform gives. */
export interface LightCrypto {
  readonly sha256: Sha256
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

/** How heights are counted: by the ledger (blocks in which something happened) or by the engine (all). */
export type Counting = 'ledger' | 'engine'

/** Where headers come from: one node. */
export interface HeaderSource {
  /** For people: the node's address. */
  readonly name: string
  /** @returns `undefined` if the node has no such header (yet) */
  signedHeader(height: number, counting: Counting): Promise<SignedHeaderJson | undefined>
}

/** What is believed at first. */
export type TrustRoot =
  /** The validators of the genesis, which the user has. */
  | { readonly validators: readonly { readonly publicKey: string; readonly power: number }[] }
  /** A header whose hash (hex) somebody trusted has told. */
  | { readonly height: number; readonly hash: string }
  /** One that this client verified before. */
  | { readonly verified: SignedHeaderJson }

export interface TrustOptions {
  readonly chainId: string
  /** How long a verified header vouches for later ones. */
  readonly trustingPeriodMs: number
  /** How far a header may lie ahead of our clock. */
  readonly maxDriftMs: number
  now(): UnixMillis
}
