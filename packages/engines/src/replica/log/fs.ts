import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** One open file. Positions and lengths are bytes. Tests plant faults here. */
export interface LogFile {
  /** @returns bytes written, may be fewer than given */
  write(data: Uint8Array, position: number): Promise<number>
  /** Durable when it resolves (data and length). */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  /** @returns bytes read, 0 at the end */
  read(into: Uint8Array, position: number): Promise<number>
  size(): Promise<number>
  close(): Promise<void>
}

/** The few file operations the block log needs. */
export interface LogFs {
  makeDir(dir: string): Promise<void>
  /** File names, in no order. */
  list(dir: string): Promise<string[]>
  /** Opens for reading and writing; creates the file if it is missing. */
  open(path: string): Promise<LogFile>
  remove(path: string): Promise<void>
  /** Makes creations and removals in the folder durable. */
  syncDir(dir: string): Promise<void>
}

/** The real file system. */
export const nodeFs: LogFs = {
  makeDir: async dir => {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  },
  list: dir => readdir(dir),
  open: async path => fileOf(await openOrCreate(path)),
  remove: path => unlink(path),
  syncDir: async dir => {
    const handle = await open(dir, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return await open(path, 'wx+', 0o600)
    throw error
  }
}

function fileOf(handle: FileHandle): LogFile {
  return {
    write: async (data, position) => (await handle.write(data, 0, data.byteLength, position)).bytesWritten,
    sync: () => handle.datasync(),
    truncate: length => handle.truncate(length),
    read: async (into, position) => (await handle.read(into, 0, into.byteLength, position)).bytesRead,
    size: async () => (await handle.stat()).size,
    close: () => handle.close(),
  }
}

/** Whether a caught value is the system error `code`. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some(code => code === error.code)
}

/** Written beside and renamed, so that a crash leaves either the old file or the whole new one. */
export async function writeFileDurably(path: string, text: string): Promise<void> {
  const handle = await open(`${path}.new`, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${path}.new`, path)
  await nodeFs.syncDir(dirname(path))
}
