import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'

/** Address space reserved, not disk used: the state may grow this far. */
const MAP_BYTES = 2 ** 36

/** Name that lmdb gives its data file. */
export const DATA_FILE = 'data.mdb'

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

/**
 * Reads the checkpoint in `dir` without writing there, also while a node has it open or on a read-only disk. lmdb keeps
 * a table of readers beside its data file and creates it if need be, so it is shown the file through a link elsewhere.
 * The writer does not know of this reader; that is safe for one short read, for pages are used again two saves later.
 *
 * @returns the text of the checkpoint, `undefined` if there is none
 */
export async function readCheckpointText(dir: string): Promise<string | undefined> {
  const elsewhere = await mkdtemp(join(tmpdir(), 'conet-state-'))
  try {
    await symlink(resolve(dir, DATA_FILE), join(elsewhere, DATA_FILE))
    const root = open<string, string>({
      path: elsewhere,
      readOnly: true,
      mapSize: MAP_BYTES,
      encoding: 'string',
      maxDbs: 4,
    })
    try {
      const meta: Database<string, string> | undefined = root.openDB<string, string>('meta', { encoding: 'string' })
      return meta?.get(CHECKPOINT_KEY)
    } finally {
      await root.close()
    }
  } finally {
    await rm(elsewhere, { recursive: true })
  }
}
