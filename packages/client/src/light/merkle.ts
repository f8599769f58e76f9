import type { Sha256 } from '@conet/core/wire'

const LEAF = Uint8Array.of(0)
const INNER = Uint8Array.of(1)

/**
 * Root of the binary tree of RFC 6962 2.1 over a list: leaves and inner nodes are told apart by their first byte, the left
 * side of a node holds the largest power of two below the whole.
 */
export function merkleRoot(items: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  const [only] = items
  if (only === undefined) return sha256(new Uint8Array())
  if (items.length === 1) return sha256(join(LEAF, only))
  let left = 1
  while (2 * left < items.length) left *= 2
  const sides = [merkleRoot(items.slice(0, left), sha256), merkleRoot(items.slice(left), sha256)]
  return sha256(join(INNER, ...sides))
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
