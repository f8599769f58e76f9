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
 * @throws ConetError `GENESIS_MISMATCH` if the folder belongs to another ledger, `GENESIS_MISSING` if there is none at all
 */
export async function bindGenesis(dir: string, genesis: Genesis | undefined): Promise<Genesis> {
  const path = join(dir, FILE)
  const kept = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  })
  if (kept === undefined && genesis === undefined) {
    throw engineError('GENESIS_MISSING', `The folder ${dir} holds no ledger: give a genesis to begin one.`, { dir })
  }
  if (kept === undefined && genesis !== undefined) {
    await writeFileDurably(path, JSON.stringify(genesis))
    return genesis
  }
  const found = JSON.parse(kept ?? '') as Genesis
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
