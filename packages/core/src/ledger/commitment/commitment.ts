import type { Sha256 } from '../../wire/index.js'
import { LeafIndexes } from './indexes.js'
import { leafHash, leafHashInto } from './leaf.js'
import { MerkleTree, type StagedUpdate } from './tree.js'

/** One record whose text changed in a block. */
export interface RecordChange {
  readonly key: string
  /** New text; `undefined` if the record is gone. */
  readonly text: string | undefined
  /** Leaf before the block, -1 if the record is new; `stage` puts the new leaf there. */
  index: number
}

/** The Merkle commitment of all records; changed once per block. */
export class StateCommitment {
  readonly #tree: MerkleTree
  readonly #indexes: LeafIndexes
  readonly #sha256: Sha256

  private constructor(tree: MerkleTree, indexes: LeafIndexes, sha256: Sha256) {
    this.#tree = tree
    this.#indexes = indexes
    this.#sha256 = sha256
  }

  /**
   * Builds the tree from every record.
   *
   * @param records - `(key, leaf index, text)`, any order; 1 M take about two seconds with a native hasher
   * @param depth - the tree's depth when it was last committed; it never shrinks
   */
  static rebuild(
    records: Iterable<readonly [key: string, index: number, text: string]>,
    depth: number | undefined,
    sha256: Sha256,
  ): StateCommitment {
    const leaves: { readonly index: number; readonly leaf: Uint8Array }[] = []
    for (const [key, index, text] of records) leaves.push({ index, leaf: leafHash(key, text, sha256) })
    leaves.sort((a, b) => a.index - b.index)
    const indexes = Uint32Array.from(leaves, entry => entry.index)
    const tree = new MerkleTree(depth)
    tree.apply(tree.stage(indexes, concat(leaves.map(entry => entry.leaf))))
    return new StateCommitment(tree, LeafIndexes.from(indexes), sha256)
  }

  get root(): Uint8Array {
    return this.#tree.root
  }

  get depth(): number {
    return this.#tree.depth
  }

  /** Sibling hashes of a leaf in the committed tree, bottom up. */
  siblings(index: number): Uint8Array[] {
    return this.#tree.siblings(index)
  }

  /**
   * Computes the state root after a block. Indexes of deleted records are freed first, then new records take the
   * lowest free indexes in key order, so the result depends on the set of changes only (LED-41).
   */
  stage(changes: readonly RecordChange[]): StagedUpdate {
    const fresh: RecordChange[] = []
    for (const change of changes) {
      if (change.text === undefined) this.#indexes.release(change.index)
      else if (change.index === -1) fresh.push(change)
    }
    fresh.sort((a, b) => (a.key < b.key ? -1 : 1))
    const retaken = new Set<number>()
    for (const change of fresh) {
      change.index = this.#indexes.take()
      retaken.add(change.index)
    }
    const leaves = changes.filter(change => change.text !== undefined || !retaken.has(change.index))
    return this.#stageLeaves(leaves.sort((a, b) => a.index - b.index))
  }

  /** Makes a staged state the committed one. */
  apply(staged: StagedUpdate): void {
    this.#tree.apply(staged)
    this.#indexes.settle()
  }

  /** Forgets a staged state. */
  discard(): void {
    this.#indexes.undo()
  }

  #stageLeaves(changes: readonly RecordChange[]): StagedUpdate {
    const indexes = new Uint32Array(changes.length)
    const leaves = new Uint8Array(changes.length * 32)
    changes.forEach(({ index, key, text }, i) => {
      indexes[i] = index
      if (text !== undefined) leafHashInto(key, text, this.#sha256, leaves, i * 32)
    })
    return this.#tree.stage(indexes, leaves)
  }
}

function concat(hashes: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(hashes.length * 32)
  hashes.forEach((hash, i) => {
    all.set(hash, i * 32)
  })
  return all
}
