import type { Codec } from './codec.js'

/**
 * What a transition sees of the state: typed reads and writes by key. Writes are seen by later reads of the same block,
 * become durable at commit, and are undone when the transaction is rejected.
 *
 * Keys are printable ASCII without blank and `~`, `<module>/<collection>/<id…>`; a module touches only keys under its own name.
 */
export interface Store {
  get<T>(key: string, codec: Codec<T>): T | undefined
  /** `undefined` deletes. The value is kept as it is: never change an object after it was set or got. */
  set<T>(key: string, value: T | undefined, codec: Codec<T>): void
  /** Records with `prefix` in key order, starting after the key `after`; for queries and invariants, not for hot paths. */
  range<T>(prefix: string, codec: Codec<T>, after?: string): Iterable<readonly [key: string, value: T]>
}

/** A typed collection of records under one key prefix. */
export interface Collection<T> {
  readonly prefix: string
  key(id: string): string
  get(store: Store, id: string): T | undefined
  put(store: Store, id: string, value: T): void
  /** `get` under a full key of `key`: made once where a record is read and written, because making and hashing it costs. */
  getAt(store: Store, key: string): T | undefined
  putAt(store: Store, key: string, value: T): void
  delete(store: Store, id: string): void
  /** In id order, starting after the id `after`; `within` narrows to ids with that prefix. */
  list(store: Store, within?: string, after?: string): Iterable<readonly [id: string, value: T]>
}

/**
 * Declares a collection; made once per module, used with any store.
 *
 * @param prefix - `<module>/<collection>/`, ends with a slash
 * @param codec - text form of a record
 */
export function collection<T>(prefix: string, codec: Codec<T>): Collection<T> {
  return {
    prefix,
    key: id => prefix + id,
    get: (store, id) => store.get(prefix + id, codec),
    put: (store, id, value) => store.set(prefix + id, value, codec),
    getAt: (store, key) => store.get(key, codec),
    putAt: (store, key, value) => store.set(key, value, codec),
    delete: (store, id) => store.set(prefix + id, undefined, codec),
    *list(store, within = '', after) {
      const from = after === undefined ? undefined : prefix + after
      for (const [key, value] of store.range(prefix + within, codec, from)) yield [key.slice(prefix.length), value]
    },
  }
}
