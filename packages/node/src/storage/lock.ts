import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import Libsql from 'libsql'
import { storageError } from './codes.js'

/** An empty database that is locked whole, never written. */
const LOCK_FILE = 'lock.db'
/** Names the holder, for people and for the error message. */
const HOLDER_FILE = 'lock'

export interface FolderLock {
  /** Lets others in; doing it twice is allowed. */
  release(): void
}

/**
 * Keeps a second process off a folder. The lock is the kernel's, on a file in the folder: it also holds between containers
 * that share the folder, ends with the process however that ends, and does not go along when the folder is copied.
 *
 * @param folder - made if missing, mode 0700
 * @throws ConetError `DATA_LOCKED` with `data.pid`; `DISK_FULL`, `STORAGE_FAILED` if nothing can be written there
 */
export function lockFolder(folder: string): FolderLock {
  try {
    return take(folder)
  } catch (error) {
    throw storageError(folder, error)
  }
}

function take(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const holder = join(folder, HOLDER_FILE)
  // Nothing else may open and close this file: that would end the lock of the whole process (POSIX).
  const database = new Libsql(join(folder, LOCK_FILE), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    database.close()
    throw (error as { code?: string }).code === 'SQLITE_BUSY' ? inUse(folder, pidIn(holder)) : error
  }
  return {
    release: () => {
      if (!database.open) return
      rmSync(holder, { force: true })
      database.close()
    },
  }
}

/** @returns 0 if nobody is named: it holds the lock, but has not written there yet */
function pidIn(holder: string): number {
  try {
    return Number.parseInt(readFileSync(holder, 'utf8'), 10) || 0
  } catch {
    return 0
  }
}

function inUse(folder: string, pid: number): ConetError {
  return new ConetError(
    'DATA_LOCKED',
    `The folder ${folder} is used by process ${pid}: two processes would overwrite each other's money. Stop that one or choose another folder.`,
    { data: { folder, pid } },
  )
}
