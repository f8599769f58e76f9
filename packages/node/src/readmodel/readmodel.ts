import { ConetError } from '@conet/core/errors'
import type { LedgerEvent } from '@conet/core/ledger'
import type { Did, Hash, UnixMillis } from '@conet/core/units'
import type { CommittedBlock } from '@conet/engines'
import { type Databases, type DatabaseTarget, isDamaged, openDatabases, putAside } from './database.js'
import { discover, type OfferSearch } from './discover.js'
import { TABLES } from './migrations.js'
import { projectBlocks, projectEvents } from './project.js'
import * as queries from './queries.js'
import type { Tables } from './tables.js'
import { writeBatch } from './write.js'

/**
 * What people look at, filled from the ledger's blocks in order. It can be emptied and filled again at any time: nothing in
 * it is a source of truth, and a node works without it except for lists and searches.
 */
export class ReadModel {
  readonly #databases: Databases
  readonly #lid: string
  readonly #listeners = new Set<(block: CommittedBlock) => void>()
  #cursor: Tables['cursor'] | undefined
  /** Writers one after another: two batches at once would both see the same height. */
  #queue: Promise<void> = Promise.resolve()

  private constructor(databases: Databases, lid: string, cursor: Tables['cursor'] | undefined) {
    this.#databases = databases
    this.#lid = lid
    this.#cursor = cursor
  }

  /**
   * Opens the database and brings its tables up to date. A database filled from another ledger is emptied, and
   * one without a cursor: a migration took it away, because what was there has to come in anew. A damaged file is put aside.
   *
   * @param onDamaged - told where a damaged file lies now, and what SQLite said of it
   * @throws ConetError `READMODEL_STORAGE`
   */
  static async open(
    target: DatabaseTarget,
    lid: string,
    onDamaged: (path: string, error: unknown) => void = () => {},
  ): Promise<ReadModel> {
    try {
      return await ReadModel.#open(target, lid)
    } catch (error) {
      if ('url' in target || !isDamaged(error)) throw error
      onDamaged(putAside(target.sqlite), error)
      return await ReadModel.#open(target, lid)
    }
  }

  static async #open(target: DatabaseTarget, lid: string): Promise<ReadModel> {
    const databases = await openDatabases(target)
    try {
      const cursor = await databases.read.selectFrom('cursor').selectAll().executeTakeFirst()
      const model = new ReadModel(databases, lid, cursor)
      if (cursor?.lid !== lid) await model.clear()
      return model
    } catch (error) {
      await databases.close()
      throw error
    }
  }

  /** Height of the last block taken in; 0 before the first. */
  get height(): number {
    return this.#cursor?.height ?? 0
  }

  /** App hash after the last block taken in; `undefined` before the first. */
  get appHash(): Hash | undefined {
    return this.#cursor?.app_hash
  }

  /**
   * Takes blocks in, in one transaction. Blocks that are in already are passed over.
   *
   * @throws ConetError `READMODEL_GAP` if a block is missing before them; nothing is changed then
   */
  apply(blocks: readonly CommittedBlock[]): Promise<void> {
    const done = this.#queue.then(() => this.#apply(blocks))
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #apply(blocks: readonly CommittedBlock[]): Promise<void> {
    const fresh = blocks.filter(block => block.height > this.height)
    const last = fresh.at(-1)
    if (last === undefined) return
    for (const [index, block] of fresh.entries()) {
      const expected = this.height + 1 + index
      if (block.height === expected) continue
      const message = `block ${expected} is missing before block ${block.height}; rebuild the read model from genesis`
      throw new ConetError('READMODEL_GAP', message, { data: { expected, height: block.height } })
    }
    const cursor = { id: 1, lid: this.#lid, height: last.height, time_ms: last.timeMs, app_hash: last.result.appHash }
    await writeBatch(this.#databases.write, projectBlocks(fresh), cursor)
    this.#cursor = cursor
    for (const block of fresh) for (const listener of this.#listeners) listener(block)
  }

  /**
   * Begins an empty read model in the middle: `first` is the first block that the ledger has, `events` bring what stood before it.
   * Nothing else from before it is ever shown.
   */
  async begin(first: CommittedBlock, events: readonly LedgerEvent[]): Promise<void> {
    const height = first.height - 1
    const cursor = { id: 1, lid: this.#lid, height, time_ms: first.timeMs, app_hash: '' }
    await writeBatch(this.#databases.write, projectEvents(events, height, first.timeMs), cursor)
    this.#cursor = cursor
  }

  /** Empties every table; the next block taken in is the first. */
  async clear(): Promise<void> {
    await this.#databases.write.transaction().execute(async trx => {
      for (const table of TABLES) await trx.deleteFrom(table).execute()
    })
    this.#cursor = undefined
  }

  /** Called for every block after its rows can be read. @returns a function that removes the listener */
  onBlock(listener: (block: CommittedBlock) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ids of offers, a page at a time; see `discover`. */
  discover(search: OfferSearch, nowMs: UnixMillis) {
    return discover(this.#databases.read, search, nowMs)
  }

  offers(ids: readonly string[]) {
    return queries.offersById(this.#databases.read, ids)
  }

  history(account: Did, page: queries.PageQuery) {
    return queries.history(this.#databases.read, account, page)
  }

  networks(page: queries.PageQuery) {
    return queries.networks(this.#databases.read, page)
  }

  network(did: Did) {
    return queries.networkOf(this.#databases.read, did)
  }

  requests(page: queries.PageQuery, nowMs: UnixMillis) {
    return queries.requests(this.#databases.read, page, nowMs)
  }

  settlements(client: Did, sid: string, page: queries.PageQuery) {
    return queries.settlements(this.#databases.read, client, sid, page)
  }

  session(client: Did, sid: string, series?: string) {
    return queries.session(this.#databases.read, client, sid, series)
  }

  transaction(hash: Hash) {
    return queries.transaction(this.#databases.read, hash)
  }

  /** Resolves after the batch under way. */
  async close(): Promise<void> {
    await this.#queue
    await this.#databases.close()
  }
}
