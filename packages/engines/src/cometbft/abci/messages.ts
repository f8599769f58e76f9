/** The messages of abci.proto as objects. Numbers of 64 bits come as bigint, are checked by `exact` where they are used, and leave as numbers. */
type Int64 = number | bigint

export interface Timestamp {
  readonly seconds: Int64
  readonly nanos: number
}

export interface ValidatorUpdate {
  readonly pubKey: { readonly ed25519: Uint8Array }
  readonly power: number
}

/** What a transaction came to: `code` 0 is good, otherwise `codespace` holds the ledger's code. */
export interface TxOutcome {
  readonly code: number
  readonly data?: Uint8Array
  readonly log?: string
  readonly codespace?: string
}

export interface Misbehavior {
  /** 1 double vote, 2 attack on light clients. */
  readonly type: number
  readonly validator: { readonly address: Uint8Array; readonly power: Int64 } | null
  readonly height: Int64
  readonly time: Timestamp | null
  readonly totalVotingPower: Int64
}

export interface BlockRequest {
  readonly txs: readonly Uint8Array[]
  readonly misbehavior: readonly Misbehavior[]
  readonly height: Int64
  readonly time: Timestamp | null
}

export interface SnapshotMessage<Height = number> {
  readonly height: Height
  readonly format: number
  readonly chunks: number
  readonly hash: Uint8Array
  readonly metadata: Uint8Array
}

/** Requests by name with what each is answered with. */
export interface Calls {
  echo: { request: { readonly message: string }; response: { readonly message: string } }
  flush: { request: object; response: object }
  info: {
    request: { readonly version: string; readonly abciVersion: string }
    response: {
      data: string
      version: string
      appVersion: number
      lastBlockHeight: number
      lastBlockAppHash: Uint8Array
    }
  }
  initChain: {
    request: { readonly chainId: string; readonly appStateBytes: Uint8Array; readonly initialHeight: Int64 }
    response: { readonly validators: readonly ValidatorUpdate[]; readonly appHash: Uint8Array }
  }
  query: { request: { readonly path: string }; response: { code: number; log: string; codespace: string } }
  checkTx: { request: { readonly tx: Uint8Array; readonly type: number }; response: TxOutcome }
  commit: { request: object; response: { readonly retainHeight: number } }
  listSnapshots: { request: object; response: { readonly snapshots: readonly SnapshotMessage[] } }
  offerSnapshot: {
    request: { readonly snapshot: SnapshotMessage<Int64> | null; readonly appHash: Uint8Array }
    response: { readonly result: number }
  }
  loadSnapshotChunk: {
    request: { readonly height: Int64; readonly format: number; readonly chunk: number }
    response: { readonly chunk: Uint8Array }
  }
  applySnapshotChunk: {
    request: { readonly index: number; readonly chunk: Uint8Array; readonly sender: string }
    response: { result: number; refetchChunks?: readonly number[]; rejectSenders?: readonly string[] }
  }
  prepareProposal: {
    request: Omit<BlockRequest, 'misbehavior'> & { readonly maxTxBytes: Int64 }
    response: { readonly txs: readonly Uint8Array[] }
  }
  processProposal: { request: BlockRequest; response: { readonly status: number } }
  finalizeBlock: {
    request: BlockRequest
    response: { txResults: readonly TxOutcome[]; validatorUpdates: readonly ValidatorUpdate[]; appHash: Uint8Array }
  }
}

export type CallName = keyof Calls

/** A request with its name. */
export type AbciRequest = { [K in CallName]: { readonly name: K; readonly value: Calls[K]['request'] } }[CallName]

/** A response with its name; an exception ends CometBFT. */
export type AbciResponse =
  | { [K in CallName]: { readonly name: K; readonly value: Calls[K]['response'] } }[CallName]
  | { readonly name: 'exception'; readonly value: { readonly error: string } }

/** One function per request; `echo` and `flush` are the server's own. */
export type AbciHandlers = {
  readonly [K in Exclude<CallName, 'echo' | 'flush'>]: (
    request: Calls[K]['request'],
  ) => Calls[K]['response'] | Promise<Calls[K]['response']>
}
