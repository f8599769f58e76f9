import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { storageError } from './codes.js'

export interface FolderLock {
  /** Lets others in; doing it twice is allowed. */
  release(): void
}

/** Start time of a process in clock ticks: tells a reused pid from the process that wrote the lock. Empty where `/proc` is missing. */
function startedAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22; the second field may hold spaces, so count after its closing bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** @returns the pid that holds the lock, or `undefined` if its process is gone */
function holder(text: string): number | undefined {
  const [pidText = '', started = ''] = text.trim().split(' ')
  const pid = Number(pidText)
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined
  return started === '' || started === startedAt(pid) ? pid : undefined
}

/** Linking a finished file shows it whole at once: nobody can read a half-written lock and take it for a dead one. */
function create(file: string, text: string): boolean {
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Moves a dead process's lock away. Renaming decides between two that found it at once: only one rename finds the file. */
function removeStale(file: string, text: string): void {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const moved = read(aside)
  if (moved !== undefined && moved !== text && holder(moved) !== undefined) create(file, moved)
  rmSync(aside, { force: true })
}

/**
 * Keeps a second process off a folder. A lock whose process died (also by SIGKILL) is taken over.
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
  const file = join(folder, 'lock')
  const own = `${process.pid} ${startedAt(process.pid)} ${process.hrtime.bigint()}\n`
  for (let attempt = 0; attempt < 5; attempt++) {
    if (create(file, own)) {
      return {
        release: () => {
          if (read(file) === own) rmSync(file, { force: true })
        },
      }
    }
    const text = read(file)
    if (text === undefined) continue
    const pid = holder(text)
    if (pid !== undefined) throw inUse(folder, pid)
    removeStale(file, text)
  }
  throw inUse(folder, 0)
}

function inUse(folder: string, pid: number): ConetError {
  return new ConetError(
    'DATA_LOCKED',
    `The folder ${folder} is used by process ${pid}: two processes would overwrite each other's money. Stop that one or choose another folder.`,
    { data: { folder, pid } },
  )
}
