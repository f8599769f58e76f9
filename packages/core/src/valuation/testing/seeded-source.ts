import type { RandomSource } from '../roi/index.js'

/** Weyl sequence with a 32-bit finaliser: enough to shuffle test data, never for keys. */
export function seededSource(seed: number): RandomSource {
  let state = seed >>> 0
  return {
    uniform: () => {
      state = (state + 0x9e37_79b9) >>> 0
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97)
      return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000
    },
  }
}
