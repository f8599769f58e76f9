import { sha256 } from '@conet/core/identity'

/**
 * SHA-256 of each 64 bytes, side by side: the one function that the ledger takes from `@chainsafe/persistent-merkle-tree`. Pages
 * are built with this in its place, because that package compiles WebAssembly when it is loaded, which the pages' policy forbids.
 *
 * @param input - a multiple of 64 bytes
 * @param output - half as many
 * @throws RangeError of other lengths
 */
export function hashInto(input: Uint8Array, output: Uint8Array): void {
  if (input.length % 64 !== 0 || output.length * 2 !== input.length) {
    throw new RangeError(`${input.length} bytes do not fold into ${output.length}`)
  }
  for (let at = 0; at < input.length; at += 64) output.set(sha256(input.subarray(at, at + 64)), at / 2)
}
