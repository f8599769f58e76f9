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
    : ['STORAGE_FAILED', 'check the disk and the folder’s rights; nothing of this batch was written']
  return new ConetError(code, `Cannot write to ${path}: ${why}: ${todo}.`, {
    verdict: STORAGE_CODES[code],
    data: { path },
    cause,
  })
}
