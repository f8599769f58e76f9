import { mix } from './random.js'

/**
 * Uniform value in [0, 1) that belongs to (seed, a, b): the same link gets the same luck, whatever the order of asking.
 * @param a, b - indices of a link's ends; exchange them and the value differs
 */
export function hashUniform(seed: number, a: number, b: number): number {
  const first = mix((seed ^ 0x9e37_79b9) >>> 0)
  const second = mix((first + Math.imul(a, 0x85eb_ca77)) >>> 0)
  return mix((second + Math.imul(b, 0xc2b2_ae3d)) >>> 0) / 0x1_0000_0000
}

/** Standard normal value that belongs to (seed, a, b), by Box and Muller. */
export function hashGaussian(seed: number, a: number, b: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - hashUniform(seed, a, b)))
  return radius * Math.cos(2 * Math.PI * hashUniform(seed ^ 0x5bd1_e995, a, b))
}
