import { engineError } from '../../codes.js'
import type { Replica } from '../../replica/index.js'
import type { AbciHandlers } from '../abci/index.js'
import type { Admission } from './admission.js'
import type { Blocks } from './blocks.js'
import type { Lock } from './lock.js'
import type { SnapshotStore } from './snapshot-store.js'
import type { StateSync } from './state-sync.js'

const ABORT = 2

/** The parts that exist once there is a replica: from the start, or after a snapshot was loaded. */
export interface Opened {
  readonly replica: Replica
  readonly admission: Admission
  readonly blocks: Blocks
}

export interface HandlerOptions {
  /** `undefined` while a snapshot is loaded. */
  readonly opened: () => Opened | undefined
  readonly snapshots: SnapshotStore
  readonly sync: StateSync
  /** Hash of our genesis, which the one of CometBFT must name. */
  readonly digest: string
  /** Calls that change the state, or need it to stand still, hold it. */
  readonly lock: Lock
  /** The machine itself failed: nothing can follow. */
  readonly onFailure: (error: Error) => void
}

/** Every ABCI call as a function. */
export function abciHandlers(options: HandlerOptions): AbciHandlers {
  const { opened, snapshots, sync, lock, onFailure } = options
  const here = () => {
    const parts = opened()
    if (parts === undefined) throw engineError('ENGINE_STOPPED', 'This replica is loading a snapshot.')
    return parts
  }
  /** A block that cannot be run stops this replica for good: going on would fork it. */
  const fatal = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }
  return {
    info: () => infoOf(opened()),
    initChain: request => {
      if (digestIn(request.appStateBytes) !== options.digest) {
        throw engineError('GENESIS_MISMATCH', 'The genesis in the folder of CometBFT belongs to another ledger.')
      }
      return { validators: [], appHash: Buffer.from(here().replica.info().appHash, 'hex') }
    },
    query: () => ({ code: 1, log: 'ask the API of the node', codespace: 'QUERY_UNKNOWN' }),
    checkTx: request => here().admission.check(request),
    prepareProposal: request => lock.run(() => here().blocks.prepare(request)),
    processProposal: request => lock.run(() => here().blocks.process(request)),
    finalizeBlock: request => lock.run(() => fatal(() => here().blocks.finalize(request))),
    commit: () => lock.run(() => fatal(() => here().blocks.commit())),
    listSnapshots: () => ({ snapshots: snapshots.list() }),
    loadSnapshotChunk: async ({ height, chunk }) => ({ chunk: await snapshots.chunk(height, chunk) }),
    offerSnapshot: request => (opened() === undefined ? sync.offer(request) : { result: ABORT }),
    applySnapshotChunk: request => lock.run(() => (opened() === undefined ? sync.apply(request) : { result: ABORT })),
  }
}

function infoOf(parts: Opened | undefined) {
  const engineHeight = parts?.replica.engineHeight() ?? 0
  const appHash = engineHeight === 0 ? '' : (parts?.replica.info().appHash ?? '')
  const lastBlockAppHash = Buffer.from(appHash, 'hex')
  return { data: 'conet', version: '1', appVersion: 0, lastBlockHeight: engineHeight, lastBlockAppHash }
}

function digestIn(appState: Uint8Array): unknown {
  try {
    return (JSON.parse(Buffer.from(appState).toString()) as { readonly genesis?: unknown }).genesis
  } catch {
    return undefined
  }
}
