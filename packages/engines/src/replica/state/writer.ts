import { existsSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { engineError } from '../../codes.js'
import type { WriterAnswer, WriterRows } from './writer-thread.js'

/** Rows handed over per turn of the event loop: about a millisecond of the calling thread. */
const ROWS_PER_SLICE = 1_000

export type Row = readonly [key: string, value: string | null]

/** Writes checkpoints in a thread of its own: one transaction each, durable when `write` resolves. */
export interface StateWriter {
  /** @throws ConetError `DISK_FULL`, `DISK_FAILED`; nothing was written then */
  write(rows: readonly Row[], checkpoint: string): Promise<void>
  close(): Promise<void>
}

function threadFile(): URL {
  const beside = new URL('./writer-thread.js', import.meta.url)
  return existsSync(fileURLToPath(beside))
    ? beside
    : new URL('../../../dist/replica/state/writer-thread.js', import.meta.url)
}

/** Starts the thread. One write at a time. */
export function startStateWriter(dir: string): StateWriter {
  const worker = new Worker(threadFile(), { workerData: { dir } })
  worker.unref()
  let settle: ((answer: WriterAnswer) => void) | undefined
  const answered = (answer: WriterAnswer) => {
    settle?.(answer)
    settle = undefined
  }
  const died = (why: string) => answered({ error: { message: why, code: '' } })
  worker.on('message', answered)
  worker.on('error', error => died(error.message))
  worker.on('exit', () => died('the thread that writes the state has ended'))

  return {
    async write(rows, checkpoint) {
      worker.ref()
      const answer = new Promise<WriterAnswer>(resolve => {
        settle = resolve
      })
      await sendRows(worker, rows, checkpoint)
      const { error } = await answer
      worker.unref()
      if (error !== undefined) throw writeError(error, dir)
    },
    async close() {
      const ended = new Promise(resolve => worker.once('exit', resolve))
      worker.ref()
      worker.postMessage('close')
      await ended
    },
  }
}

async function sendRows(worker: Worker, rows: readonly Row[], checkpoint: string): Promise<void> {
  let at = 0
  for (; at + ROWS_PER_SLICE < rows.length; at += ROWS_PER_SLICE) {
    worker.postMessage(slice(rows, at))
    await nextTurn()
  }
  worker.postMessage({ ...slice(rows, at), checkpoint } satisfies WriterRows)
}

function slice(rows: readonly Row[], at: number): WriterRows {
  const part = rows.slice(at, at + ROWS_PER_SLICE)
  return { keys: part.map(row => row[0]), values: part.map(row => row[1]) }
}

function writeError(error: { message: string; code: string }, dir: string): Error {
  const full = error.code === 'ENOSPC' || /ENOSPC|no space left|MDB_MAP_FULL/i.test(error.message)
  const message = `The state in ${dir} could not be written: ${error.message}. The block log still holds everything.`
  return engineError(full ? 'DISK_FULL' : 'DISK_FAILED', message, { dir })
}
