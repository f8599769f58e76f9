import { hashInto } from '@chainsafe/persistent-merkle-tree'

/** Words of 32 bits in one hash. */
const WORDS = 8
/** Smallest depth; 2^10 leaves. A proof of a young ledger has 10 hashes, of one with a million records 20. */
const MIN_DEPTH = 10

/** One level of a staged update: which nodes change and their new hashes, in index order. */
interface StagedLevel {
  readonly indexes: Uint32Array
  readonly hashes: Uint32Array
}

/** An update that was computed but not applied: the tree still answers with the old state. */
export interface StagedUpdate {
  readonly depth: number
  readonly levels: readonly StagedLevel[]
  readonly root: Uint8Array
}

/**
 * A binary Merkle tree over leaves addressed by index. Missing leaves are 32 zero bytes. Nodes lie level by level in
 * flat arrays: 64 bytes per leaf, and one batch of hashes per level and block. It is the same tree as
 * `@chainsafe/persistent-merkle-tree` at equal depth (a test compares them) and uses that library's hasher, which the
 * host process chooses at its entry; node objects of the library would take about 200 bytes per leaf.
 *
 * The depth is the smallest (10 at least) that holds all leaves: it grows by one whenever the leaf count passes a
 * power of two, and never shrinks (LED-42).
 */
export class MerkleTree {
  #depth: number
  /** `#levels[0]` are the leaves; nodes beyond a level's length are zero nodes. */
  readonly #levels: Uint32Array[] = [new Uint32Array(0)]
  readonly #counts: number[] = [0]
  #scratch = new Uint32Array(0)

  /** @param depth - of the tree to rebuild; a new one starts at 10 */
  constructor(depth = MIN_DEPTH) {
    this.#depth = Math.max(depth, MIN_DEPTH)
  }

  get depth(): number {
    return this.#depth
  }

  /** Root over 2^depth leaves, 32 bytes. */
  get root(): Uint8Array {
    return this.node(this.#depth, 0)
  }

  /** Copy of one node. */
  node(level: number, index: number): Uint8Array {
    const words = new Uint32Array(WORDS)
    this.#read(level, index, words, 0)
    return new Uint8Array(words.buffer)
  }

  /** Sibling hashes from the leaf up to the root. */
  siblings(index: number): Uint8Array[] {
    return Array.from({ length: this.#depth }, (_, level) => this.node(level, (index >>> level) ^ 1))
  }

  /**
   * Computes the tree after setting leaves, without changing it.
   *
   * @param indexes - ascending, without repetition
   * @param leaves - 32 bytes per index, in the same order
   */
  stage(indexes: Uint32Array, leaves: Uint8Array): StagedUpdate {
    const last = indexes.length === 0 ? 0 : (indexes[indexes.length - 1] ?? 0)
    const depth = Math.max(this.#depth, Math.ceil(Math.log2(last + 1)))
    const levels: StagedLevel[] = [this.#bottom(indexes, leaves, depth)]
    for (let level = 0; level < depth && indexes.length > 0; level++) {
      levels.push(this.#parents(level, levels[level] as StagedLevel))
    }
    const top = levels[depth]
    const root = top === undefined ? this.root : new Uint8Array(top.hashes.slice(0, WORDS).buffer)
    return { depth, levels, root }
  }

  /**
   * A tree that grows by several levels at once needs the nodes above its old root too: writing the first leaf again makes
   * them. A ledger appends leaf by leaf and never comes here.
   */
  #bottom(indexes: Uint32Array, leaves: Uint8Array, depth: number): StagedLevel {
    const hashes = words(leaves)
    if (depth <= this.#depth + 1 || indexes[0] === 0) return { indexes, hashes }
    const first = new Uint32Array(hashes.length + WORDS)
    this.#read(0, 0, first, 0)
    first.set(hashes, WORDS)
    return { indexes: Uint32Array.of(0, ...indexes), hashes: first }
  }

  /** Makes a staged update the tree's content. */
  apply(update: StagedUpdate): void {
    this.#depth = update.depth
    update.levels.forEach((staged, level) => {
      const { indexes, hashes } = staged
      const last = indexes[indexes.length - 1]
      if (last === undefined) return
      const nodes = this.#reserve(level, last + 1)
      for (let i = 0; i < indexes.length; i++) copy(hashes, i * WORDS, nodes, (indexes[i] ?? 0) * WORDS)
    })
  }

  #parents(level: number, children: StagedLevel): StagedLevel {
    const { indexes, hashes } = children
    const count = indexes.length
    const parents = new Uint32Array(count)
    const input = this.#input(count)
    let made = 0
    for (let i = 0; i < count; i++, made++) {
      const index = indexes[i] ?? 0
      const at = made * 2 * WORDS
      parents[made] = index >>> 1
      copy(hashes, i * WORDS, input, at + (index & 1) * WORDS)
      if ((index & 1) === 0 && indexes[i + 1] === index + 1) copy(hashes, ++i * WORDS, input, at + WORDS)
      else this.#read(level, index ^ 1, input, at + (1 - (index & 1)) * WORDS)
    }
    const output = new Uint32Array(made * WORDS)
    hashInto(new Uint8Array(input.buffer, 0, made * 2 * WORDS * 4), new Uint8Array(output.buffer))
    return { indexes: parents.subarray(0, made), hashes: output }
  }

  #input(pairs: number): Uint32Array {
    const size = pairs * 2 * WORDS
    if (this.#scratch.length < size) this.#scratch = new Uint32Array(size)
    return this.#scratch
  }

  #read(level: number, index: number, target: Uint32Array, at: number): void {
    const nodes = this.#levels[level]
    if (nodes !== undefined && index < (this.#counts[level] ?? 0)) copy(nodes, index * WORDS, target, at)
    else copy(zeroHash(level), 0, target, at)
  }

  /** Makes room for `count` nodes of a level; new nodes start as zero nodes. Grows by half, so growing stays linear. */
  #reserve(level: number, count: number): Uint32Array {
    const nodes = this.#levels[level] ?? new Uint32Array(0)
    const before = this.#counts[level] ?? 0
    if (count <= before) return nodes
    const room = nodes.length >= count * WORDS ? nodes : grown(nodes, count)
    const zero = zeroHash(level)
    for (let i = before; i < count; i++) copy(zero, 0, room, i * WORDS)
    this.#levels[level] = room
    this.#counts[level] = count
    return room
  }
}

function grown(nodes: Uint32Array, count: number): Uint32Array {
  const room = new Uint32Array(Math.max(count, Math.ceil((nodes.length / WORDS) * 1.5)) * WORDS)
  room.set(nodes)
  return room
}

function copy(source: Uint32Array, from: number, target: Uint32Array, to: number): void {
  for (let i = 0; i < WORDS; i++) target[to + i] = source[from + i] as number
}

function words(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
}

const zeroHashes: Uint32Array[] = [new Uint32Array(WORDS)]

function zeroHash(level: number): Uint32Array {
  for (let i = zeroHashes.length; i <= level; i++) {
    const pair = new Uint32Array(2 * WORDS)
    const below = zeroHashes[i - 1] as Uint32Array
    pair.set(below, 0)
    pair.set(below, WORDS)
    const hash = new Uint32Array(WORDS)
    hashInto(new Uint8Array(pair.buffer), new Uint8Array(hash.buffer))
    zeroHashes[i] = hash
  }
  return zeroHashes[level] as Uint32Array
}
