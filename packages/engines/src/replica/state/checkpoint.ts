import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from './state.js'
import { DATA_FILE, readCheckpointText } from './store-files.js'

/** An lmdb file begins with two pages that each hold a copy of its head; this word stands in both. */
const HEAD_WORD = 0xbeefc0de
const HEAD_WORD_AT = 24
const PAGE_BYTES_AT = 48
const LAST_PAGE_AT = 144
const HEAD_BYTES = 160

/**
 * The last checkpoint in a state folder, read without lock or write; the folder may be in use.
 *
 * @returns `undefined` if the folder is missing or empty
 * @throws Error if the state cannot be read
 */
export async function readCheckpoint(dir: string): Promise<Checkpoint | undefined> {
  const path = join(dir, DATA_FILE)
  if (!existsSync(path)) return undefined
  await expectWhole(path)
  const text = await readCheckpointText(dir)
  return text === undefined ? undefined : (JSON.parse(text) as Checkpoint)
}

/**
 * lmdb maps the file unseen, and a damaged or shortened one would end the process: look before.
 * @throws Error that says what is wrong with it
 */
export async function expectWhole(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    await file.read(head, 0, HEAD_BYTES, 0)
    const pageBytes = head.readUInt32LE(PAGE_BYTES_AT)
    const copy = Buffer.alloc(HEAD_BYTES)
    await file.read(copy, 0, HEAD_BYTES, pageBytes)
    const { size } = await file.stat()
    for (const page of [head, copy]) {
      if (page.readUInt32LE(HEAD_WORD_AT) !== HEAD_WORD) throw new Error(`${path} does not begin as a state file does`)
    }
    // Pages are on disk before the head that names them, and the newer head is the one that is used.
    const last = Math.max(Number(head.readBigUInt64LE(LAST_PAGE_AT)), Number(copy.readBigUInt64LE(LAST_PAGE_AT)))
    if (size < (last + 1 - mostUnwritten(last)) * pageBytes) throw new Error(`${path} is shorter than its head says`)
  } finally {
    await file.close()
  }
}

/**
 * Pages at the end that lmdb took and gave back in one transaction are never written: seen is one, after one in two hundred commits
 * of random puts and removals.
 */
function mostUnwritten(lastPage: number): number {
  return Math.min(64, 1 + Math.floor(lastPage / 16))
}
