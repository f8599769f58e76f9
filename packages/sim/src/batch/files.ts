import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SimError } from '../codes.js'

/** Larger input is a mistake, or does not belong into one process's memory. */
const MOST_BYTES = 256 * 2 ** 20

/** Bytes of a file. @throws {SimError} `FILE_UNREADABLE`, `FILE_TOO_LARGE` */
export function readBytes(path: string, limit = MOST_BYTES): Uint8Array {
  try {
    const { size } = statSync(path)
    if (size > limit) {
      throw new SimError('FILE_TOO_LARGE', `${path} has ${size} bytes: at most ${limit} are read.`, {
        path,
        bytes: size,
        limit,
      })
    }
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof SimError) throw cause
    throw new SimError('FILE_UNREADABLE', `cannot read ${path}: give the path of a file you may read.`, { path }, cause)
  }
}

export function readText(path: string): string {
  return new TextDecoder('utf-8').decode(readBytes(path))
}

/** Writes all or nothing: a reader, or a run that resumes, never sees half a file. @throws {SimError} `FILE_UNREADABLE` */
export function writeWhole(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const half = `${path}.part`
    writeFileSync(half, content)
    renameSync(half, path)
  } catch (cause) {
    throw new SimError('FILE_UNREADABLE', `cannot write ${path}: choose a folder you may write to.`, { path }, cause)
  }
}
