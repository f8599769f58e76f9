import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Genesis } from '@conet/core/ledger'
import { engineError } from '../codes.js'
import { isErrno, writeFileDurably } from './log/index.js'

const FILE = 'genesis.json'

/**
 * Binds a folder to its ledger: the first opening writes the genesis, later ones must bring the same or none.
 *
 * @returns the folder's genesis
 * @throws ConetError `GENESIS_MISMATCH` if the folder belongs to another ledger, `GENESIS_MISSING` if there is none at all,
 *   `GENESIS_CORRUPT`
 */
export async function bindGenesis(dir: string, genesis: Genesis | undefined): Promise<Genesis> {
  const found = await readGenesis(dir)
  if (found === undefined) {
    if (genesis === undefined) {
      throw engineError('GENESIS_MISSING', `The folder ${dir} holds no ledger: give a genesis to begin one.`, { dir })
    }
    await writeFileDurably(join(dir, FILE), JSON.stringify(genesis))
    return genesis
  }
  if (genesis !== undefined && !sameGenesis(genesis, found)) {
    const message = `The folder ${dir} belongs to ledger ${found.lid} with another genesis than the one given (${genesis.lid}).`
    throw engineError('GENESIS_MISMATCH', `${message} Choose another folder.`, {
      dir,
      found: found.lid,
      given: genesis.lid,
    })
  }
  return found
}

/**
 * What the ledger of a folder begins with.
 * @returns `undefined` if the folder holds no ledger
 * @throws ConetError `GENESIS_CORRUPT` if the file is there but cannot be read
 */
export async function readGenesis(dir: string): Promise<Genesis | undefined> {
  const path = join(dir, FILE)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  })
  return text === undefined ? undefined : parseGenesis(text, path)
}

function parseGenesis(text: string, path: string): Genesis {
  try {
    const genesis = JSON.parse(text) as Genesis | null
    if (typeof genesis?.lid === 'string') return genesis
    throw new Error('it does not name a ledger')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `The file ${path} is damaged: ${why}. Put it back from a copy or from another member.`
    throw engineError('GENESIS_CORRUPT', message, { path }, cause)
  }
}

/** Equal as JSON, whatever the order of members. */
export function sameGenesis(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a).filter(([, value]) => value !== undefined)
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined))
  return (
    left.length === right.size && left.every(([name, value]) => right.has(name) && sameGenesis(value, right.get(name)))
  )
}
