import type { Genesis } from '@conet/core/ledger'
import type { ApplicationFactory, Clock } from '../contract-application.js'
import type { VerifyPool } from '../crypto/index.js'
import type { Dropped } from '../replica/index.js'
import type { AbciEvent } from './abci/index.js'
import type { PeerAddress, StateSyncSettings, SupervisorEvent } from './process/index.js'

/** What happens beside the ledger's own blocks, for the log. */
export type CometbftEvent =
  | AbciEvent
  | SupervisorEvent
  /** The disk refuses a decided block; it is tried again until it fits. */
  | { readonly type: 'disk'; readonly detail: string }
  /** A snapshot was loaded in place of the blocks up to this height. */
  | { readonly type: 'restored'; readonly height: number }

export interface CometbftOptions {
  /** Folder of the ledger; the engine's own lies in `cometbft` within. */
  readonly dir: string
  /** May be left out if the folder has one. Its `validators` order; without any, this node alone does. */
  readonly genesis?: Genesis
  /** Default: the Conet ledger. */
  readonly application?: ApplicationFactory
  /** Default `Date.now`. */
  readonly clock?: Clock
  /** Shared pool; without it the engine starts its own and closes it. */
  readonly pool?: VerifyPool
  /** Where peers connect; default a free port of 127.0.0.1. */
  readonly p2p?: { readonly host: string; readonly port: number; readonly external?: string | undefined }
  readonly peers?: readonly PeerAddress[]
  /** Address of CometBFT's RPC for light clients and new members, `host:port`; default none. */
  readonly rpcListen?: string | undefined
  /** Of CometBFT: `error`, `info`, `debug`, `none`; default `error`. Its log is the file `cometbft/cometbft.log`. */
  readonly logLevel?: string
  readonly moniker?: string
  /** A new folder loads a snapshot of another member in place of all blocks. */
  readonly stateSync?: StateSyncSettings
  /** Ledger blocks between snapshots for others; default 1,000. All members must use the same. */
  readonly snapshotEvery?: number
  /** Environment in which the program is looked for; default the process's. */
  readonly env?: NodeJS.ProcessEnv
  readonly onEvent?: (event: CometbftEvent) => void
  /** Told that the last write before a crash was not finished and was cut from the log. */
  readonly onDropped?: (dropped: Dropped) => void
  /** Told once if the machine itself fails (`ENGINE_FAILED`): the process should end, the data is safe. */
  readonly onFailure?: (error: Error) => void
}
