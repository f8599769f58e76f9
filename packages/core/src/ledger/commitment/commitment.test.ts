import { getNodeAtDepth, LeafNode, setNodesAtDepth, zeroNode } from '@chainsafe/persistent-merkle-tree'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../identity/index.js'
import { ASSET, genesisOf, TestLedger, who } from '../testing/index.js'
import { LeafIndexes } from './indexes.js'
import { leafHash } from './leaf.js'
import { verifyProof } from './proof.js'
import { MerkleTree } from './tree.js'

const leafOf = (n: number) => leafHash('k', String(n), sha256)

/** Applies batches of leaf writes to our tree and to the library's. */
function both(batches: readonly (readonly number[])[]) {
  const tree = new MerkleTree()
  let count = 0
  const content = new Map<number, Uint8Array>()
  for (const batch of batches) {
    const indexes = [...new Set(batch)].sort((a, b) => a - b)
    const leaves = indexes.map(index => leafOf(index * 1000 + count++))
    for (const [i, index] of indexes.entries()) content.set(index, leaves[i] as Uint8Array)
    const bytes = new Uint8Array(leaves.length * 32)
    leaves.forEach((leaf, i) => {
      bytes.set(leaf, i * 32)
    })
    tree.apply(tree.stage(Uint32Array.from(indexes), bytes))
  }
  const sorted = [...content].sort(([a], [b]) => a - b)
  const nodes = sorted.map(([, leaf]) => LeafNode.fromRoot(leaf))
  const root = zeroNode(tree.depth)
  const theirs =
    nodes.length === 0
      ? root
      : setNodesAtDepth(
          root,
          tree.depth,
          sorted.map(([index]) => index),
          nodes,
        )
  return { tree, theirs }
}

describe('tree', () => {
  it('is the tree of the reference library, whatever the order of writes', () => {
    const batches = fc.array(fc.array(fc.nat(3000), { maxLength: 20 }), { maxLength: 6 })
    fc.assert(
      fc.property(batches, written => {
        const { tree, theirs } = both(written)
        expect(tree.root).toEqual(theirs.root)
        expect(tree.node(0, 5)).toEqual(getNodeAtDepth(theirs, tree.depth, 5).root)
      }),
      { numRuns: 60 },
    )
  })

  it('is that tree also when it grows by several levels at once', () => {
    const { tree, theirs } = both([[0], [2048]])
    expect(tree.root).toEqual(theirs.root)
  })

  it('starts at depth 10 and grows by one when a power of two is passed', () => {
    const { tree } = both([[1023]])
    expect(tree.depth).toBe(10)
    tree.apply(tree.stage(Uint32Array.of(1024), leafOf(1)))
    expect(tree.depth).toBe(11)
    expect(new MerkleTree(11).depth).toBe(11)
  })

  it('answers with the old state until an update is applied', () => {
    const { tree } = both([[1, 2, 3]])
    const before = tree.root
    const update = tree.stage(Uint32Array.of(2), leafOf(99))
    expect(tree.root).toEqual(before)
    tree.apply(update)
    expect(tree.root).toEqual(update.root)
    expect(tree.root).not.toEqual(before)
  })
})

describe('leaf indexes', () => {
  const step = fc.record({ take: fc.nat(4), release: fc.array(fc.nat(20), { maxLength: 4 }), keep: fc.boolean() })

  it('are the same live, after an undo and rebuilt from what is taken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), steps => {
        const live = new LeafIndexes()
        let taken = new Set<number>()
        for (const { take, release, keep } of steps) {
          const now = new Set(taken)
          for (const index of release) if (now.delete(index)) live.release(index)
          for (let i = 0; i < take; i++) {
            const lowest = Array.from({ length: 100 }, (_, n) => n).find(n => !now.has(n))
            const index = live.take()
            expect(index).toBe(lowest)
            now.add(index)
          }
          if (keep) live.settle()
          else live.undo()
          taken = keep ? now : taken
        }
        const rebuilt = LeafIndexes.from(Uint32Array.from(taken))
        for (let i = 0; i < 25; i++) expect(rebuilt.take()).toBe(live.take())
      }),
    )
  })
})

describe('leaf', () => {
  it('is never a hash over 64 bytes, and separates key from value', () => {
    const lengths: number[] = []
    const spy = (data: Uint8Array | string) => {
      lengths.push(data.length)
      return sha256(data)
    }
    for (let n = 0; n < 80; n++) leafHash('key', 'v'.repeat(n), spy)
    expect(Math.min(...lengths)).toBe(65)
    expect(leafHash('ab', 'c', sha256)).not.toEqual(leafHash('a', 'bc', sha256))
  })
})

describe('proof', () => {
  const ledger = new TestLedger(genesisOf({ client: 1000n, other: 5n, relay: 7n }))
  const key = `accounts/account/${who.client.did}/${ASSET}`
  const proven = () => {
    const proof = ledger.app.prove(key)
    if (proof === undefined) throw new Error('no proof')
    return proof
  }
  const holds = (change: object) => verifyProof({ ...proven(), ...change }, ledger.app.info().appHash, sha256)

  it('verifies for every record and stands alone', () => {
    expect(holds({})).toBe(true)
    expect(proven().value).toBe('{"balance":"1000","held":"0","debt":"0","debts":[0,0]}')
    for (const name of ['other', 'relay'] as const) {
      const proof = ledger.app.prove(`accounts/account/${who[name].did}/${ASSET}`)
      expect(proof && verifyProof(proof, ledger.app.info().appHash, sha256)).toBe(true)
    }
    expect(ledger.app.prove('accounts/account/none')).toBeUndefined()
    expect(ledger.app.prove('~meta')).toBeUndefined()
  })

  it('fails for anything changed', () => {
    const { siblings, value, index } = proven()
    expect(holds({ value: value.replace('1000', '9000') })).toBe(false)
    expect(holds({ value: `${value}\0` })).toBe(false)
    expect(holds({ key: `${key}x` })).toBe(false)
    expect(holds({ index: index ^ 1 })).toBe(false)
    expect(holds({ index: index + 1024 })).toBe(false)
    expect(holds({ index: 0.5 })).toBe(false)
    expect(holds({ siblings: siblings.slice(1) })).toBe(false)
    expect(holds({ siblings: [...siblings].reverse() })).toBe(false)
    expect(holds({ siblings: 'none' })).toBe(false)
    expect(holds({ siblings: siblings.map(hash => hash.toUpperCase()) })).toBe(false)
    expect(holds({ historyRoot: siblings[0] })).toBe(false)
  })

  it('fails against the app hash of another block', () => {
    const old = proven()
    ledger.do('client', 'accounts/transfer', { asset: ASSET, to: who.other.did, amount: '1' })
    expect(verifyProof(old, ledger.app.info().appHash, sha256)).toBe(false)
    expect(holds({})).toBe(true)
  })
})
