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
  const search = new Search(tree)
  return { find: (x, y, k, maxM) => search.run(x, y, k, maxM) }
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

/** One search under way: fields, because captured variables are slow where every nanosecond is spent 10^7 times. */
class Search implements Nearest {
  ids = new Int32Array(16)
  squaredM = new Float64Array(16)
  count = 0
  private x = 0
  private y = 0
  private k = 0
  /** Squared distance that a place must not exceed to be of use. */
  private limit = 0

  constructor(private readonly tree: Tree) {}

  run(x: number, y: number, k: number, maxM: number): Nearest {
    if (this.ids.length < k) {
      this.ids = new Int32Array(k)
      this.squaredM = new Float64Array(k)
    }
    this.x = x
    this.y = y
    this.k = k
    this.count = 0
    this.limit = maxM * maxM
    if (k > 0) this.visit(0, this.tree.ids.length - 1, true)
    return this
  }

  private visit(low: number, high: number, byX: boolean): void {
    if (high - low < LEAF) {
      for (let at = low; at <= high; at++) this.offer(at)
      return
    }
    const middle = (low + high) >> 1
    const beyond = byX ? this.x - (this.tree.xM[middle] ?? 0) : this.y - (this.tree.yM[middle] ?? 0)
    if (beyond <= 0) this.visit(low, middle - 1, !byX)
    else this.visit(middle + 1, high, !byX)
    this.offer(middle)
    const nearest = beyond * beyond
    if (nearest > this.limit || (this.count === this.k && nearest === this.limit)) return
    if (beyond <= 0) this.visit(middle + 1, high, !byX)
    else this.visit(low, middle - 1, !byX)
  }

  private offer(at: number): void {
    const dx = (this.tree.xM[at] ?? 0) - this.x
    const dy = (this.tree.yM[at] ?? 0) - this.y
    const distance = dx * dx + dy * dy
    const full = this.count === this.k
    if (distance > this.limit || (full && distance === this.limit)) return
    const { ids, squaredM } = this
    let slot = full ? this.k - 1 : this.count++
    for (; slot > 0 && (squaredM[slot - 1] ?? 0) > distance; slot--) {
      squaredM[slot] = squaredM[slot - 1] ?? 0
      ids[slot] = ids[slot - 1] ?? 0
    }
    squaredM[slot] = distance
    ids[slot] = this.tree.ids[at] ?? 0
    if (this.count === this.k) this.limit = squaredM[this.k - 1] ?? this.limit
  }
}
