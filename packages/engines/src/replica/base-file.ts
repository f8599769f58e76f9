import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno, nodeFs, writeFileDurably } from './log/index.js'

const FILE = 'base.json'

/** Where a folder begins that was filled from a snapshot: the blocks up to here are not in it. */
export interface Base {
  readonly height: number
  readonly appHash: string
  readonly engineHeight: number
}

/** @returns `undefined` for a folder that begins at genesis */
export async function readBase(dir: string): Promise<Base | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, FILE), 'utf8')) as Base
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Durable when it resolves. */
export async function writeBase(dir: string, base: Base): Promise<void> {
  await writeFileDurably(join(dir, FILE), JSON.stringify(base))
}

/** Back to genesis. */
export async function forgetBase(dir: string): Promise<void> {
  await unlink(join(dir, FILE))
  await nodeFs.syncDir(dir)
}
