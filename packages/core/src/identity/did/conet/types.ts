import type { Did, Hash, UnixMillis } from '../../../units/index.js'
import type { Multikey } from '../../multikey.js'

/** A service of a DID document; `id` is the fragment. */
export interface DidService {
  readonly id: string
  readonly type: string
  readonly serviceEndpoint: string
}

/** What a DID is at one version; a new version replaces the whole. */
export interface DidState {
  readonly did: Did
  /** 1 after the inception, one more with every operation. */
  readonly version: number
  /** Keys that may sign now. */
  readonly keys: readonly Multikey[]
  /** SHA-256 of keys that may come next and are still secret. Empty: the keys can never be rotated. */
  readonly next: readonly Hash[]
  readonly services: readonly DidService[]
  /** Another DID that may revoke, update and deactivate, but never rotate. */
  readonly controller?: Did
  readonly createdMs: UnixMillis
  readonly updatedMs: UnixMillis
  readonly deactivated: boolean
}

/** First operation; the DID is the hash of it. Signed as `did:key` of one of `keys`. */
export interface Inception {
  readonly keys: readonly Multikey[]
  readonly next: readonly Hash[]
  readonly services: readonly DidService[]
  readonly controller?: Did | undefined
}

/** Reveals committed keys and replaces all current ones. Signed as `did:key` of one of `keys`. */
export interface Rotation {
  readonly did: Did
  /** The version this operation makes: the current one plus 1. */
  readonly version: number
  readonly keys: readonly Multikey[]
  readonly next: readonly Hash[]
}

/** Takes one key away. Signed by the DID or its controller. */
export interface Revocation {
  readonly did: Did
  readonly version: number
  readonly key: Multikey
}

/** Replaces services and controller. Signed by the DID or its controller. */
export interface Update {
  readonly did: Did
  readonly version: number
  readonly services: readonly DidService[]
  readonly controller?: Did | undefined
}

/** Ends the DID for good. Signed by the DID or its controller. */
export interface Deactivation {
  readonly did: Did
  readonly version: number
}

/** Who signed an operation, already verified, and the time it takes effect. */
export interface OperationContext {
  /** DID in front of the signature's `kid`. */
  readonly signer: Did
  /** Block time on the ledger. */
  readonly timeMs: UnixMillis
}
