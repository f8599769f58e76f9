import { type Codes, ConetError } from '@conet/core/errors'

/** Why the files of a node could not be used. */
export const STORAGE_CODES = {
  /** Another process holds the folder. */
  DATA_LOCKED: 'reject',
  /** No space left, quota or file size limit reached; nothing of the batch was written. */
  DISK_FULL: 'retry',
  /** Any other failure of the disk; nothing of the batch was written. */
  STORAGE_FAILED: 'retry',
} as const satisfies Codes

export type StorageCode = keyof typeof STORAGE_CODES

/** errno of Linux, macOS and lmdb's own map limit: all mean "there is no room". */
const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EFBIG', 28, 122, 69, 27, -30792])

const CHECK = 'check the disk and the folder’s rights; nothing of this batch was written'
const NOT_A_FOLDER = 'a part of this path is a file: move it away, or choose another data folder'
const NO_RIGHT = 'the user of this process may not write there: give it the folder, or choose another data folder'

/** What to do about failures that an owner meets when a node is set up or moved. */
const REMEDY: Readonly<Record<string, string>> = {
  EROFS: 'it is mounted read-only: mount it for writing, or choose another data folder',
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  ENOTDIR: NOT_A_FOLDER,
  EEXIST: NOT_A_FOLDER,
}

function errno(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

/**
 * Turns whatever the storage library threw into `DISK_FULL` or `STORAGE_FAILED`.
 *
 * @param path - the folder, for the message
 */
export function storageError(path: string, cause: unknown): ConetError {
  if (cause instanceof ConetError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  const [code, todo]: [StorageCode, string] = FULL.has(errno(cause))
    ? ['DISK_FULL', 'free some space; nothing was lost and the next write is tried again']
    : ['STORAGE_FAILED', REMEDY[String(errno(cause))] ?? CHECK]
  return new ConetError(code, `Cannot write to ${path}: ${why}: ${todo}.`, {
    verdict: STORAGE_CODES[code],
    data: { path },
    cause,
  })
}
