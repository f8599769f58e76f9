import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { engineError } from '../codes.js'
import { isErrno, nodeFs, writeFileDurably } from './log/index.js'

const FILE = 'base.json'

/** Where a folder begins that was filled from a snapshot: the blocks up to here are not in it. */
export interface Base {
  readonly height: number
  readonly appHash: string
  readonly engineHeight: number
}

/** What helps a folder that begins with a snapshot: its blocks alone rebuild nothing. The validator's key and votes stay. */
export const BEGIN_ANEW =
  'Restore it from a copy; or delete "state", "blocks" and "base.json" beside it and run "cometbft reset-state --home" with the folder "cometbft" there: the node begins with a new snapshot.'

/**
 * @returns `undefined` for a folder that begins at genesis
 * @throws ConetError `STATE_MISMATCH` if the file is damaged
 */
export async function readBase(dir: string): Promise<Base | undefined> {
  const path = join(dir, FILE)
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Base
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    if (!(error instanceof SyntaxError)) throw error
    throw engineError(
      'STATE_MISMATCH',
      `${path} is damaged: it says where the blocks begin. ${BEGIN_ANEW}`,
      { path },
      error,
    )
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
