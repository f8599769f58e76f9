import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Info } from '@conet/core/ledger'
import { engineError } from '../../codes.js'
import { expectWhole } from './checkpoint.js'
import { mergeRange } from './merge.js'
import { Overlay } from './overlay.js'
import type { Checkpoint, State } from './state.js'
import { CHECKPOINT_KEY, DATA_FILE, openStoreFiles, type StoreFiles } from './store-files.js'
import { type Row, type StateWriter, startStateWriter } from './writer.js'

/** Rows forgotten per turn of the event loop after a checkpoint. */
const ROWS_PER_TURN = 5_000
/** Rows whose values share one text in memory: about a block's; one row that stays keeps the text of all. */
const ROWS_PER_TEXT = 5_000

/** What helps against a state that cannot be used. */
export const REBUILD = 'Delete the folder "state" to rebuild it from the block log.'

type Change = readonly [key: string, value: string | undefined]

/**
 * Opens the state in `dir` (created if missing). What is committed is readable at once and reaches the disk with the
 * next `save`; after a crash the last whole checkpoint is there.
 *
 * @param remedy - what an owner can do if what is there is damaged
 * @throws ConetError `STATE_MISMATCH` if what is there is damaged
 */
export async function openLmdbState(dir: string, remedy = REBUILD): Promise<State> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await expectUsable(join(dir, DATA_FILE), remedy)
  const files = openStoreFiles(dir)
  return new LmdbState(files, startStateWriter(dir))
}

async function expectUsable(path: string, remedy: string): Promise<void> {
  // What a process that died at its first opening leaves: lmdb begins anew.
  const isNew = await stat(path).then(
    found => found.size === 0,
    () => true,
  )
  if (isNew) return
  await expectWhole(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `The stored state is damaged: ${why}. ${remedy}`
    throw engineError('STATE_MISMATCH', message, { path }, cause)
  })
}

class LmdbState implements State {
  readonly #files: StoreFiles
  readonly #writer: StateWriter
  readonly #overlay = new Overlay()
  #checkpoint: Checkpoint | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(files: StoreFiles, writer: StateWriter) {
    this.#files = files
    this.#writer = writer
    const text = files.meta.get(CHECKPOINT_KEY)
    this.#checkpoint = text === undefined ? undefined : (JSON.parse(text) as Checkpoint)
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint
  }

  get pending(): number {
    return this.#overlay.size
  }

  get(key: string): string | undefined {
    const pending = this.#overlay.get(key)
    return pending === undefined ? this.#files.state.get(key) : (pending ?? undefined)
  }

  range(from: string, to: string, limit: number): Iterable<readonly [string, string]> {
    const disk = this.#files.state.getRange({ start: from, end: to }).map(row => [row.key, row.value] as const)
    return mergeRange(disk[Symbol.iterator](), this.#overlay.range(from, to), limit)
  }

  write(batch: Iterable<Change>): void {
    const rows = [...batch]
    for (let from = 0; from < rows.length; from += ROWS_PER_TEXT)
      this.#writePart(rows.slice(from, from + ROWS_PER_TEXT))
  }

  /**
   * Cuts the values out of one long text. Rows live until the next checkpoint: as texts of their own, each of them would
   * be moved twice by the collector of young objects; a long text is never moved.
   */
  #writePart(rows: readonly Change[]): void {
    const whole = rows.map(row => row[1] ?? '').join('')
    let at = 0
    for (const row of rows) {
      const value = row[1]
      const end = at + (value?.length ?? 0)
      this.#overlay.set(row[0], value === undefined ? null : whole.slice(at, end))
      at = end
    }
  }

  /** Saves follow each other: a second one called meanwhile starts when the first is done. */
  save(info: Info): Promise<void> {
    const rows: Row[] = [...this.#overlay.entries()]
    const before = this.#saving.catch(() => {})
    this.#saving = before.then(() => this.#saveRows(rows, info))
    return this.#saving
  }

  async #saveRows(rows: readonly Row[], info: Info): Promise<void> {
    const checkpoint = { height: info.height, timeMs: info.timeMs, appHash: info.appHash }
    await this.#writer.write(rows, JSON.stringify(checkpoint))
    // Readers of this thread must see the new rows before the overlay stops answering for them.
    this.#files.root.resetReadTxn()
    this.#checkpoint = checkpoint
    for (let at = 0; at < rows.length; at += ROWS_PER_TURN) {
      for (const [key, value] of rows.slice(at, at + ROWS_PER_TURN)) this.#overlay.settle(key, value)
      await nextTurn()
    }
  }

  async close(): Promise<void> {
    await this.#saving.catch(() => {})
    await this.#writer.close()
    await this.#files.root.close()
  }
}
