import { PranError } from '../codes.js'
import { finite } from '../guard.js'

/** Points in a plane, in metres. */
export interface Places {
  readonly xM: Float64Array
  readonly yM: Float64Array
}

/** Nearest neighbours found: indices of places and squared distances, nearest first, in arrays that are used again. */
export interface Nearest {
  readonly count: number
  readonly ids: Int32Array
  readonly squaredM: Float64Array
}

export interface NearestIndex {
  /** The up to `k` nearest places not farther than `maxM`. The answer is valid until the next call. */
  find(xM: number, yM: number, k: number, maxM: number): Nearest
}

/** Leaves this small are looked through; smaller ones cost more in steps than they save. */
const LEAF = 8

/**
 * Index of places for nearest-neighbour search.
 *
 * A k-d tree and not a fixed grid: in a stadium half of all places may stand in one grid cell, and the search would compare all
 * pairs. Building costs n log n, a search about k + log n, wherever the places stand.
 *
 * @param chosen - which places to index; all if left out
 * @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE` if there are fewer y than x
 */
export function indexPlaces(places: Places, chosen?: Int32Array): NearestIndex {
  if (places.xM.length !== places.yM.length) {
    throw new PranError('OUT_OF_RANGE', 'There must be as many y as x.', { name: 'yM', value: places.yM.length })
  }
  places.xM.forEach(x => {
    finite('xM', x)
  })
  places.yM.forEach(y => {
    finite('yM', y)
  })
  const ids = chosen?.slice() ?? Int32Array.from(places.xM.keys())
  const axes = [coordinates(places.xM, ids), coordinates(places.yM, ids)] as const
  const tree: Tree = { ids, xM: axes[0], yM: axes[1] }
  arrange(tree, 0, ids.length - 1, true)
  return { find: searcher(tree) }
}

/** Places in tree order: the middle of each range splits it, alternately by x and y. */
interface Tree {
  readonly ids: Int32Array
  readonly xM: Float64Array
  readonly yM: Float64Array
}

function coordinates(values: Float64Array, ids: Int32Array): Float64Array {
  return Float64Array.from(ids, id => {
    const value = values[id]
    if (value !== undefined) return value
    throw new PranError('UNKNOWN_REFERENCE', `There is no place ${id}.`, { name: 'chosen', value: id })
  })
}

function arrange(tree: Tree, low: number, high: number, byX: boolean): void {
  if (high - low < LEAF) return
  const middle = (low + high) >> 1
  select(tree, byX ? tree.xM : tree.yM, low, high, middle)
  arrange(tree, low, middle - 1, !byX)
  arrange(tree, middle + 1, high, !byX)
}

/** Hoare's selection: afterwards nothing left of `rank` is larger and nothing right of it smaller. */
function select(tree: Tree, keys: Float64Array, low: number, high: number, rank: number): void {
  let from = low
  let to = high
  while (from < to) {
    const pivot = keys[(from + to) >> 1] ?? 0
    let left = from
    let right = to
    while (left <= right) {
      while ((keys[left] ?? 0) < pivot) left++
      while ((keys[right] ?? 0) > pivot) right--
      if (left > right) break
      swap(tree, left++, right--)
    }
    if (rank <= right) to = right
    else if (rank >= left) from = left
    else return
  }
}

function swap({ ids, xM, yM }: Tree, a: number, b: number): void {
  const [id = 0, x = 0, y = 0] = [ids[a], xM[a], yM[a]]
  ids[a] = ids[b] ?? 0
  xM[a] = xM[b] ?? 0
  yM[a] = yM[b] ?? 0
  ids[b] = id
  xM[b] = x
  yM[b] = y
}

function searcher({ ids, xM, yM }: Tree): NearestIndex['find'] {
  let [found, squared] = [new Int32Array(16), new Float64Array(16)]
  let [x, y, k, count, limit] = [0, 0, 0, 0, 0]
  const offer = (at: number) => {
    const dx = (xM[at] ?? 0) - x
    const dy = (yM[at] ?? 0) - y
    const distance = dx * dx + dy * dy
    if (distance > limit) return
    if (count < k) count++
    else if (distance >= (squared[count - 1] ?? 0)) return
    let slot = count - 1
    for (; slot > 0 && (squared[slot - 1] ?? 0) > distance; slot--) {
      squared[slot] = squared[slot - 1] ?? 0
      found[slot] = found[slot - 1] ?? 0
    }
    squared[slot] = distance
    found[slot] = ids[at] ?? 0
    if (count === k) limit = Math.min(limit, squared[k - 1] ?? limit)
  }
  const visit = (low: number, high: number, byX: boolean): void => {
    if (high - low < LEAF) {
      for (let at = low; at <= high; at++) offer(at)
      return
    }
    const middle = (low + high) >> 1
    const beyond = byX ? x - (xM[middle] ?? 0) : y - (yM[middle] ?? 0)
    if (beyond <= 0) visit(low, middle - 1, !byX)
    else visit(middle + 1, high, !byX)
    offer(middle)
    if (beyond * beyond > limit || (count === k && beyond * beyond >= limit)) return
    if (beyond <= 0) visit(middle + 1, high, !byX)
    else visit(low, middle - 1, !byX)
  }
  return (atX, atY, wanted, maxM) => {
    if (found.length < wanted) [found, squared] = [new Int32Array(wanted), new Float64Array(wanted)]
    ;[x, y, k, count, limit] = [atX, atY, wanted, 0, maxM * maxM]
    if (wanted > 0) visit(0, ids.length - 1, true)
    return { count, ids: found, squaredM: squared }
  }
}
