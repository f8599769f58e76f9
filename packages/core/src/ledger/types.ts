import type { ErrorData } from '../errors/index.js'
import type { Did, Hash, UnixMillis } from '../units/index.js'
import type { Envelope } from '../wire/index.js'

/**
 * A transaction ready for the machine: an envelope of kind `conet-tx+jwt` or `conet-voucher+jwt` (a bare voucher is a
 * settlement: the client's signature authorises it, anyone may bring it) plus the key its signature was verified with.
 */
export interface SignedTx {
  readonly envelope: Envelope
  /** 32-byte key that verified the signature; `undefined` while unverified. The machine compares it with the signer's current key. */
  readonly verifiedWith: Uint8Array | undefined
}

/** Payload of `conet-tx+jwt`. `body` is checked against the schema of the module's transition named by `type`. */
export interface TxPayload {
  readonly lid: string
  /** Unix seconds (RFC 7519 NumericDate), at most 600 s after the block's time. */
  readonly exp: number
  /** 16 random bytes, base64url. */
  readonly nonce: string
  /** `<module>/<transition>`, e.g. `accounts/transfer`. */
  readonly type: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What happened, for the read model and for subscribers. Amounts are decimal strings so that events are plain JSON. */
export interface LedgerEvent {
  /** `<module>/<past participle>`, e.g. `sessions/settled`. */
  readonly type: string
  readonly [field: string]: string | number | boolean | null | readonly unknown[] | object
}

/** Result of one transaction in a block. `code` is `'OK'` or a code of a module or of the machine. */
export interface TxResult {
  readonly hash: Hash
  readonly code: string
  readonly data: ErrorData
  readonly events: readonly LedgerEvent[]
}

export interface BlockContext {
  readonly height: number
  /** Block time, set by the engine, never decreasing. The machine never reads a clock. */
  readonly timeMs: UnixMillis
}

/**
 * Proof, checked by the engine, that a validator broke the rules of ordering (the fields of ABCI 2.0 `Misbehavior`).
 * Governance decides what follows (GOV-40).
 */
export interface Misbehaviour {
  readonly kind: 'duplicate-vote' | 'light-client-attack'
  /** Lower-case hex of 20 bytes: the first of SHA-256(public key). */
  readonly validator: string
  /** Where and when it happened, not when it was found out. */
  readonly height: number
  readonly timeMs: UnixMillis
  /** Power of all validators at that height. */
  readonly totalPower: number
}

/** A validator's new power; 0 removes it. */
export interface ValidatorUpdate {
  /** Lower-case hex of the 32 bytes of an Ed25519 key. */
  readonly publicKey: string
  readonly power: number
}

/** An ordered block as an engine delivers it. */
export interface Block extends BlockContext {
  readonly txs: readonly SignedTx[]
  /** What validators did wrong, as far as this block proves it; engines without validators leave it out. */
  readonly evidence?: readonly Misbehaviour[]
}

export interface BlockResult extends BlockContext {
  readonly results: readonly TxResult[]
  /** Events of what no transaction caused: scheduled work and evidence, at the start of the block. */
  readonly scheduled: readonly LedgerEvent[]
  /** Left out when the set stays as it is. No key twice; what remains is never an empty set. Engines act on it as their rules say. */
  readonly validatorUpdates?: readonly ValidatorUpdate[]
  /** H(state root ‖ history root): no height, no time. */
  readonly appHash: Hash
}

/** Backing storage of committed state: synchronous reads, one atomic batch per commit. Implemented over lmdb, and by `memoryStorage` in tests. */
export interface StateStorage {
  get(key: string): string | undefined
  /** Ordered by key (UTF-16 code unit order of ASCII keys); `from` inclusive, `to` exclusive. */
  range(from: string, to: string, limit: number): Iterable<readonly [key: string, value: string]>
  /** Buffered atomically: either all of the batch is seen after a crash or nothing. `undefined` deletes. */
  write(batch: Iterable<readonly [key: string, value: string | undefined]>): void
}

/** A validator of the first state: its owner is a member from the start. */
export interface GenesisValidator {
  readonly owner: Did
  /** Lower-case hex of the 32 bytes of an Ed25519 key: the engine's key, not the owner's. */
  readonly publicKey: string
  /** 1..10^9. */
  readonly power: number
}

/** JSON of the first state. */
export interface Genesis {
  readonly lid: string
  readonly timeMs: UnixMillis
  readonly assets: readonly { readonly id: string; readonly issuer: Did; readonly decimals: number }[]
  readonly accounts: readonly { readonly owner: Did; readonly asset: string; readonly amount: string }[]
  /** Parameters per module; each module states defaults and checks its own. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Who orders at first; left out where one node orders alone. */
  readonly validators?: readonly GenesisValidator[]
  /** Members from the start besides the owners of validators. */
  readonly members?: readonly Did[]
}

export interface Info {
  readonly lid: string
  readonly height: number
  readonly timeMs: UnixMillis
  readonly appHash: Hash
}

/** One leaf and the hashes that lead from it to the app hash; a phone checks it with `verifyProof` alone. */
export interface Proof {
  readonly key: string
  readonly value: string
  /** Leaf index in the state tree. */
  readonly index: number
  /** Sibling hashes from leaf to state root, hex. */
  readonly siblings: readonly Hash[]
  readonly historyRoot: Hash
}

export interface SnapshotInfo {
  readonly height: number
  readonly chunks: number
  readonly appHash: Hash
}

/**
 * The driven seam (shape of ABCI 2.0). An engine calls it; it never calls an engine, reads no clock and does no I/O
 * beyond the `StateStorage` it was given. All synchronous.
 */
export interface Application {
  info(): Info
  initGenesis(genesis: Genesis): Info
  /** Cheap admission check against committed state: form, ledger, expiry, replay, signer's key, module `check`. No state change. */
  check(tx: SignedTx, nowMs: UnixMillis): TxResult
  /** Which public key must have signed: resolves `kid` against committed state. `undefined` if unknown or revoked. */
  signerKey(tx: Envelope): Uint8Array | undefined
  /** Drops what cannot be in a block (expired, duplicate), keeps order. */
  prepareProposal(txs: readonly SignedTx[], context: BlockContext, maxBytes: number): readonly SignedTx[]
  /** Accepts all but malformed blocks. */
  processProposal(block: Block): boolean
  /** Runs scheduled work, then every transaction in order, and computes the app hash. Not yet visible to `query`. */
  finalizeBlock(block: Block): BlockResult
  /** Makes the finalized block the committed state (one `StateStorage.write`). */
  commit(): Info
  /**
   * Read-only queries by name, e.g. `accounts/balance`; see each module's `queries`. `machine/due` gives the time (ms) of
   * the earliest scheduled work, or `undefined`. Throws ConetError `QUERY_UNKNOWN`.
   */
  query(name: string, args: Readonly<Record<string, unknown>>): unknown
  prove(key: string): Proof | undefined
  /** Runs every module's invariants; throws InvariantError on the first broken one. */
  checkInvariants(): void
  snapshot(): SnapshotInfo
  snapshotChunk(height: number, chunk: number): Uint8Array
  /** Loads chunks into empty storage; throws ConetError `SNAPSHOT_MISMATCH` if the result does not hash to `appHash`. */
  restore(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Info
}
