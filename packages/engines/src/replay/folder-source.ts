import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Genesis, Info } from '@conet/core/ledger'
import { decodeBlock } from '../blocks/index.js'
import { engineError } from '../codes.js'
import type { CommittedBlock } from '../contract.js'
import { readBase } from '../replica/base-file.js'
import { readGenesis } from '../replica/genesis-file.js'
import { isErrno, type LogTail, type ReadOnlyLogFs, readRecords } from '../replica/log/index.js'
import { type Checkpoint, readCheckpoint } from '../replica/state/index.js'
import type { Difference } from './check-block.js'

/** What a ledger's folder says besides its blocks. */
export interface FolderLedger {
  readonly genesis: Genesis
  blocks(): AsyncIterable<CommittedBlock>
  /** What lies behind the last good record; known once every block was read. */
  tail(): LogTail | undefined
  /** Compares the state at the height that its checkpoint was made at; other heights always agree. */
  stateDiffers(info: Info): Difference | undefined
  /** Whether blocks are missing behind the last one that was read. */
  endDiffers(info: Info): Difference | undefined
}

const WANTED = 'give the folder that holds genesis.json and blocks, such as DATA/ledger'

/** Opens files for reading only: a folder to verify may be in use, or on a disk that cannot be written. */
const readOnlyFs: ReadOnlyLogFs = {
  list: dir => readdir(dir).catch((error: unknown) => Promise.reject(noBlocks(dir, error))),
  open: async path => {
    const handle = await open(path, 'r')
    return {
      read: async (into, position) => (await handle.read(into, 0, into.byteLength, position)).bytesRead,
      size: async () => (await handle.stat()).size,
      close: () => handle.close(),
    }
  },
}

/**
 * Reads a ledger's folder without lock or write.
 * @throws ConetError `GENESIS_MISSING`, `GENESIS_CORRUPT`; `blocks` throws `LOG_CORRUPT` if there are none to read
 */
export async function folderLedger(dir: string): Promise<FolderLedger> {
  const genesis = await readGenesis(dir)
  if (genesis === undefined)
    throw engineError('GENESIS_MISSING', `The folder ${dir} holds no ledger: ${WANTED}.`, { dir })
  // Before the log: a running node saves a state only after its blocks are durable, so this one lies within what follows.
  const checkpoint = await readCheckpoint(join(dir, 'state')).catch((error: unknown) => asError(error))
  let tail: LogTail | undefined
  return {
    genesis,
    async *blocks() {
      tail = undefined
      await expectGenesis(dir)
      const onTail = (found: LogTail) => {
        tail = found
      }
      for await (const { payload } of readRecords(readOnlyFs, join(dir, 'blocks'), onTail)) yield decodeBlock(payload)
    },
    tail: () => tail,
    stateDiffers: info => (checkpoint instanceof Error ? undefined : otherState(checkpoint, info)),
    endDiffers: info => missingBlocks(checkpoint, info),
  }
}

/** Who has loaded a snapshot cannot replay what came before it. */
async function expectGenesis(dir: string): Promise<void> {
  const base = await readBase(dir)
  if (base === undefined) return
  const message = `The folder ${dir} begins with a snapshot of block ${base.height}, not at genesis.`
  throw engineError('LOG_CORRUPT', `${message} Verify the ledger of a member that has every block.`, {
    height: base.height,
  })
}

function noBlocks(dir: string, cause: unknown): unknown {
  if (!isErrno(cause, 'ENOENT')) return cause
  return engineError('LOG_CORRUPT', `The folder ${dir} of the blocks is missing: ${WANTED}.`, { dir }, cause)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function otherState(checkpoint: Checkpoint | undefined, { height, appHash }: Info): Difference | undefined {
  if (checkpoint?.height !== height || checkpoint.appHash === appHash) return undefined
  const detail = `the saved state was made by another block ${height} than the one in the log`
  return { height, reason: 'missing', detail, expected: checkpoint.appHash, got: appHash }
}

function missingBlocks(checkpoint: Checkpoint | undefined | Error, info: Info): Difference | undefined {
  const height = info.height + 1
  if (checkpoint instanceof Error) {
    const detail = `the saved state cannot be read, so blocks may be missing from the log: ${checkpoint.message}`
    return { height, reason: 'damaged', detail }
  }
  if (checkpoint === undefined || checkpoint.height <= info.height) return undefined
  const detail = `the log ends at block ${info.height}, but the saved state was made at block ${checkpoint.height}`
  return { height, reason: 'missing', detail }
}
