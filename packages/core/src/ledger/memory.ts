import type { StateStorage } from './types.js'

/** Keys of one `<module>/<collection>/` kept sorted only when somebody ranges over them. */
interface Bucket {
  readonly values: Map<string, string>
  sorted: readonly string[] | undefined
}

/**
 * Storage in memory: for tests, simulation, replay and the light client. Nothing survives the process.
 *
 * Keys are grouped by their first two parts, so that a range over a small collection (the due-queue) does not sort the
 * big ones.
 */
export function memoryStorage(): StateStorage {
  const buckets = new Map<string, Bucket>()
  return {
    get: key => buckets.get(bucketName(key))?.values.get(key),
    *range(from, to, limit) {
      let left = limit
      for (const name of [...buckets.keys()].sort()) {
        if (name >= to) return
        for (const entry of bucketRange(buckets.get(name), from, to)) {
          if (left-- <= 0) return
          yield entry
        }
      }
    },
    write(batch) {
      for (const [key, value] of batch) put(buckets, key, value)
    },
  }
}

function bucketName(key: string): string {
  const second = key.indexOf('/', key.indexOf('/') + 1)
  return second === -1 ? key : key.slice(0, second + 1)
}

function put(buckets: Map<string, Bucket>, key: string, value: string | undefined): void {
  const name = bucketName(key)
  let bucket = buckets.get(name)
  if (bucket === undefined) {
    bucket = { values: new Map(), sorted: undefined }
    buckets.set(name, bucket)
  }
  if (value === undefined || !bucket.values.has(key)) bucket.sorted = undefined
  if (value === undefined) bucket.values.delete(key)
  else bucket.values.set(key, value)
}

function* bucketRange(bucket: Bucket | undefined, from: string, to: string): Iterable<readonly [string, string]> {
  if (bucket === undefined) return
  bucket.sorted ??= [...bucket.values.keys()].sort()
  const keys = bucket.sorted
  for (let i = lowerBound(keys, from); i < keys.length; i++) {
    const key = keys[i]
    if (key === undefined || key >= to) return
    const value = bucket.values.get(key)
    if (value !== undefined) yield [key, value]
  }
}

/** Index of the first key that is not below `from`; `keys` ascend by code unit. */
export function lowerBound(keys: readonly string[], from: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < from) low = middle + 1
    else high = middle
  }
  return low
}
