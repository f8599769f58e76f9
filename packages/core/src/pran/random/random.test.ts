import { describe, expect, it } from 'vitest'
import { createRandom, hashGaussian, hashUniform, type Random, resumeRandom } from './index.js'

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uniform())
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('the seeded generator', () => {
  it('gives the published first words of xoshiro128** from state 1, 2, 3, 4', () => {
    const words = draw(resumeRandom([1, 2, 3, 4]), 4).map(value => value * 2 ** 32)
    expect(words).toEqual([11520, 0, 5927040, 70819200])
  })

  it('repeats from a seed, differs between seeds and resumes exactly', () => {
    const random = createRandom(7)
    expect(draw(random, 5)).toEqual(draw(createRandom(7), 5))
    expect(draw(createRandom(8), 5)).not.toEqual(draw(createRandom(7), 5))
    random.gaussian()
    expect(draw(resumeRandom(random.save()), 5)).toEqual(draw(random, 5))
  })

  it('is uniform and normal within four standard errors', () => {
    const random = createRandom(1)
    const uniform = draw(random, 40_000)
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 / Math.sqrt(12 * 40_000))
    const normal = Array.from({ length: 40_000 }, () => random.gaussian())
    expect(Math.abs(mean(normal))).toBeLessThan(4 / 200)
    expect(Math.abs(mean(normal.map(value => value * value)) - 1)).toBeLessThan((4 * Math.SQRT2) / 200)
  })

  it('hashes a link to the same value in any order of asking, unrelated to its neighbour', () => {
    expect(hashUniform(1, 2, 3)).toBe(hashUniform(1, 2, 3))
    expect(hashUniform(1, 2, 3)).not.toBe(hashUniform(1, 3, 2))
    const pairs = Array.from({ length: 20_000 }, (_, i) => [hashGaussian(5, i, 9), hashGaussian(5, i + 1, 9)] as const)
    expect(Math.abs(mean(pairs.map(([x]) => x)))).toBeLessThan(4 / Math.sqrt(20_000))
    expect(Math.abs(mean(pairs.map(([x]) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000))
    expect(Math.abs(mean(pairs.map(([x, y]) => x * y)))).toBeLessThan(4 / Math.sqrt(20_000))
  })

  it('refuses seeds that are no 32-bit number', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 32]) expect(() => createRandom(seed)).toThrow(/seed/)
  })
})
