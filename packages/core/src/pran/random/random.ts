import { wholeWithin } from '../guard.js'

/** Four 32-bit words, not all zero. Plain data: it can be stored and resumed. */
export type RandomState = readonly [number, number, number, number]

/** A source of randomness that a simulation or a test passes in. Predictable: never for keys. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number
  /** Standard normal, by the polar method. */
  gaussian(): number
  /** Uniform whole number in 0..count − 1. */
  below(count: number): number
  /** State after everything drawn so far. A spare normal value is dropped, so that resuming is exact. */
  save(): RandomState
}

/**
 * Generator from a seed.
 * @param seed - whole number, 0..2^32 − 1
 * @throws {PranError} `NOT_A_NUMBER`, `OUT_OF_RANGE`, `NOT_WHOLE`
 */
export function createRandom(seed: number): Random {
  wholeWithin('seed', seed, { min: 0, max: 0xffff_ffff })
  const words = [1, 2, 3, 4].map(step => mix((seed + Math.imul(step, 0x9e37_79b9)) >>> 0))
  return resumeRandom([words[0] ?? 1, words[1] ?? 2, words[2] ?? 3, words[3] ?? 4])
}

/** Generator that goes on where `save` stood: xoshiro128** 1.1 (Blackman and Vigna, 2018). */
export function resumeRandom(state: RandomState): Random {
  let [a, b, c, d] = state
  const next = () => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  const uniform = () => next() / 0x1_0000_0000
  return {
    uniform,
    gaussian: () => gaussianFrom(uniform),
    below: count => Math.floor(uniform() * count),
    save: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  }
}

/** One value of each pair is thrown away: the state stays the four words. */
function gaussianFrom(uniform: () => number): number {
  for (;;) {
    const x = 2 * uniform() - 1
    const y = 2 * uniform() - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
  }
}

/** Finaliser of MurmurHash3: every input bit reaches every output bit. */
export function mix(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
