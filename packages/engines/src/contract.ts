import type { BlockResult, Genesis, Info, Misbehaviour, Proof, TxResult } from '@conet/core/ledger'
import type { Hash, UnixMillis } from '@conet/core/units'

/** A committed block with what it did: what followers, the read model and `conet verify` consume. */
export interface CommittedBlock {
  readonly height: number
  readonly timeMs: UnixMillis
  /** Compact JWS texts in order. */
  readonly txs: readonly string[]
  /** What went in beside the transactions; left out when there was none. */
  readonly evidence?: readonly Misbehaviour[]
  readonly result: BlockResult
  /** Where the engine itself counts this block, if it also counts blocks in which nothing happened. */
  readonly engineHeight?: number
}

/** An ordering engine with its replica of the ledger. Several nodes of one process may share one. */
export interface Engine {
  readonly name: string
  start(): Promise<void>
  /** Resolves after everything accepted is durable. */
  stop(): Promise<void>
  readonly genesis: Genesis
  /** Durable and applied height. */
  info(): Info
  /**
   * Checks, orders, applies, and resolves when durable here. A refused transaction resolves too, with its code and plain
   * data (amounts as decimal text), as soon as it is refused.
   * @throws ConetError `ENGINE_STOPPED`, `ENGINE_UNREACHABLE`, `MEMPOOL_FULL`, `DISK_FULL`, `DISK_FAILED` (retry), `ENGINE_FAILED`,
   * `LEDGER_FORKED` (it has stopped for good)
   */
  submit(tx: string): Promise<TxResult>
  /** Read-only query of the committed state, e.g. `query('accounts/balance', {owner, asset})`. */
  query(name: string, args: Readonly<Record<string, unknown>>): unknown
  prove(key: string): Proof | undefined
  /** `undefined` above the durable height. */
  block(height: number): Promise<CommittedBlock | undefined>
  /** Every block from `from` on, then live ones, in order, until `signal` aborts. */
  blocks(from: number, signal: AbortSignal): AsyncIterable<CommittedBlock>
  /** Where a transaction ended up, for hashes of the last blocks kept in memory and by read model otherwise. */
  find(hash: Hash): TxResult | undefined
  /**
   * The header that block `height` was decided with, its commit and the validators that signed it, for light clients
   * (GOV-50); `undefined` above the last height that has a commit. An engine without validators has no such method.
   * Its `app_hash` is the one after block `height - 1`; its own height is the engine's, which also counts blocks in
   * which nothing happened. Counted by the `engine`, it is the header of that very height: a light client follows the
   * changes of the validator set step by step.
   */
  signedHeader?(height: number, counting?: 'ledger' | 'engine'): Promise<SignedHeader | undefined>
  /** Why nothing can be ordered now (a dead engine process, a full disk); left out or `undefined` when all is well. */
  trouble?(): Error | undefined
}

/** JSON as CometBFT's RPC gives it: `result.signed_header` of `/commit` and all of `result.validators` of `/validators`. */
export interface SignedHeader {
  readonly header: object
  readonly commit: object
  readonly validators: readonly object[]
}
