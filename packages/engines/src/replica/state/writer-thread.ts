import { parentPort, workerData } from 'node:worker_threads'
import { CHECKPOINT_KEY, openStoreFiles } from './store-files.js'

/** Rows come in slices; the last slice carries the checkpoint record and makes the thread commit. */
export interface WriterRows {
  readonly keys: readonly string[]
  /** `null` deletes. */
  readonly values: readonly (string | null)[]
  readonly checkpoint?: string
}
export interface WriterAnswer {
  readonly error?: { readonly message: string; readonly code: string }
}

const files = openStoreFiles((workerData as { dir: string }).dir)
let slices: WriterRows[] = []

function commit(checkpoint: string): WriterAnswer {
  try {
    files.root.transactionSync(() => {
      for (const { keys, values } of slices) putRows(keys, values)
      files.meta.putSync(CHECKPOINT_KEY, checkpoint)
    })
    return {}
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { error: { message: error instanceof Error ? error.message : String(error), code } }
  } finally {
    slices = []
  }
}

function putRows(keys: readonly string[], values: readonly (string | null)[]): void {
  keys.forEach((key, i) => {
    const value = values[i]
    if (value === null || value === undefined) files.state.removeSync(key)
    else files.state.putSync(key, value)
  })
}

parentPort?.on('message', (rows: WriterRows | 'close') => {
  if (rows === 'close') {
    files.root.close().finally(() => parentPort?.close())
    return
  }
  slices.push(rows)
  if (rows.checkpoint !== undefined) parentPort?.postMessage(commit(rows.checkpoint))
})
