import { type Database, open, type RootDatabase } from 'lmdb'

/** Address space reserved, not disk used: the state may grow this far. */
const MAP_BYTES = 2 ** 36

/** The two tables of the state folder, both in one environment so that one transaction covers them. */
export interface StoreFiles {
  readonly root: RootDatabase<string, string>
  /** The application's keys. */
  readonly state: Database<string, string>
  /** The engine's own: what height the state is at. */
  readonly meta: Database<string, string>
}

/** Opens the lmdb environment in `dir`; the same options in every thread of the process. */
export function openStoreFiles(dir: string): StoreFiles {
  const root = open<string, string>({
    path: dir,
    mapSize: MAP_BYTES,
    encoding: 'string',
    maxDbs: 4,
    // A commit is one durable step: the block log relies on "the checkpoint is there or it is not".
    overlappingSync: false,
  })
  return {
    root,
    state: root.openDB<string, string>('state', { encoding: 'string' }),
    meta: root.openDB<string, string>('meta', { encoding: 'string' }),
  }
}

/** Key of the checkpoint record in `meta`. */
export const CHECKPOINT_KEY = 'checkpoint'
