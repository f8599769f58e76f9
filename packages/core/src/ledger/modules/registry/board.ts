import { type Rejection, reject } from '../../../errors/index.js'
import type { Did, UnixMillis } from '../../../units/index.js'
import { type Codec, jsonCodec, textCodec } from '../../codec.js'
import { schedule, unschedule } from '../../due.js'
import type { ScheduledHandler } from '../../module.js'
import { type Collection, collection, type Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import type { RegistryCode } from './codes.js'
import { registryParams } from './params.js'

/** What offers and requests have in common: somebody put them up, and they come down by themselves. */
interface Announcement {
  readonly id: string
  readonly version: number
  readonly expiresAt: UnixMillis
}

interface BoardOptions<T> {
  readonly name: 'offer' | 'request'
  readonly ownerOf: (record: T) => Did
  readonly unknown: RegistryCode
  readonly full: RegistryCode
  readonly limit: (store: Store) => number
}

const countCodec: Codec<number> = jsonCodec<number>()

/** A list of announcements: records, an index by owner, a count per owner, and expiry through the due-queue. */
export class Board<T extends Announcement> {
  readonly records: Collection<T>
  /** Ids by owner: `<did>/<id>`. */
  readonly byOwner: Collection<string>
  readonly counts: Collection<number>
  readonly #options: BoardOptions<T>

  constructor(options: BoardOptions<T>) {
    this.#options = options
    this.records = collection(`registry/${options.name}/`, jsonCodec<T>())
    this.byOwner = collection(`registry/${options.name}-of/`, textCodec)
    this.counts = collection(`registry/${options.name}-count/`, countCodec)
  }

  /** Why the signer may not put up one more; `undefined` if it may. */
  refuseNew(
    store: Store,
    signer: Did,
    expiresAt: UnixMillis,
    block: BlockContext,
  ): Rejection<RegistryCode> | undefined {
    const limit = this.#options.limit(store)
    if (this.count(store, signer) >= limit) return reject(this.#options.full, { limit })
    return refuseExpiry(store, expiresAt, block)
  }

  /** The record, if it exists and the signer put it up. */
  owned(store: Store, id: string, signer: Did): T | Rejection<RegistryCode> {
    const record = this.records.get(store, id)
    if (record === undefined) return reject(this.#options.unknown, { id })
    const owner = this.#options.ownerOf(record)
    return owner === signer ? record : reject('NOT_OWNER', { id, owner })
  }

  count(store: Store, owner: Did): number {
    return this.counts.get(store, owner) ?? 0
  }

  add(store: Store, record: T): void {
    const owner = this.#options.ownerOf(record)
    this.records.put(store, record.id, record)
    this.byOwner.put(store, `${owner}/${record.id}`, '')
    this.counts.put(store, owner, this.count(store, owner) + 1)
    this.#schedule(store, record)
  }

  replace(store: Store, old: T, record: T): void {
    this.#unschedule(store, old)
    this.records.put(store, record.id, record)
    this.#schedule(store, record)
  }

  remove(store: Store, record: T): void {
    const owner = this.#options.ownerOf(record)
    const left = this.count(store, owner) - 1
    this.records.delete(store, record.id)
    this.byOwner.delete(store, `${owner}/${record.id}`)
    if (left === 0) this.counts.delete(store, owner)
    else this.counts.put(store, owner, left)
    this.#unschedule(store, record)
  }

  /** Takes down what has expired; the event tells who had put it up. */
  readonly expire: ScheduledHandler = (store, id, block) => {
    const record = this.records.get(store, id)
    if (record === undefined || record.expiresAt > block.timeMs) return []
    this.remove(store, record)
    return [this.gone('Expired', record)]
  }

  /** Event of an announcement that came down. */
  gone(how: 'Withdrawn' | 'Expired', record: T): LedgerEvent {
    const type = `registry/${this.#options.name}${how}`
    return { type, id: record.id, version: record.version, owner: this.#options.ownerOf(record) }
  }

  #schedule(store: Store, record: T): void {
    schedule(store, record.expiresAt, this.#handler(), record.id)
  }

  #unschedule(store: Store, record: T): void {
    unschedule(store, record.expiresAt, this.#handler(), record.id)
  }

  #handler(): string {
    return this.#options.name === 'offer' ? 'registry/expireOffer' : 'registry/expireRequest'
  }
}

/** After the block's time and not too far ahead. */
export function refuseExpiry(
  store: Store,
  expiresAt: UnixMillis,
  block: BlockContext,
): Rejection<RegistryCode> | undefined {
  const { maxLifeMs } = registryParams.read(store)
  if (expiresAt <= block.timeMs) return reject('EXPIRY_PAST', { expiresAt, blockTimeMs: block.timeMs })
  const latest = block.timeMs + maxLifeMs
  return expiresAt > latest ? reject('LIFE_TOO_LONG', { expiresAt, latest }) : undefined
}

/** An update must have been made for the current version. */
export function refuseVersion(current: Announcement, version: number): Rejection<RegistryCode> | undefined {
  const expected = current.version + 1
  return version === expected ? undefined : reject('VERSION_STALE', { version, expected })
}

/** Tells a record from a rejection. */
export function isRejection(value: object): value is Rejection<RegistryCode> {
  return 'ok' in value && value.ok === false
}
