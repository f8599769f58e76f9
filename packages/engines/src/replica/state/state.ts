import type { Info, StateStorage } from '@conet/core/ledger'

/** What the state on disk stands for. */
export interface Checkpoint {
  readonly height: number
  readonly timeMs: number
  readonly appHash: string
}

/** Committed state of one replica with its checkpoints. */
export interface State extends StateStorage {
  /** The last checkpoint on disk, `undefined` in an empty folder. */
  readonly checkpoint: Checkpoint | undefined
  /** Changes committed since the last checkpoint. */
  readonly pending: number
  /**
   * Writes everything committed so far in one transaction. The caller makes sure that the block log holds it.
   * @throws ConetError `DISK_FULL`, `DISK_FAILED`: the changes stay pending
   */
  save(info: Info): Promise<void>
  close(): Promise<void>
}
