import { createRandom } from '@conet/core/pran/random'
import { describe, expect, it } from 'vitest'
import type { Movement } from '../scenario/index.js'
import { createMover } from './index.js'

const AREA = { widthM: 500, heightM: 300, origin: undefined }
const TRACKS = [
  { name: 'bus a', points: [[10, 0, 0], [20, 100, 0], [30, 100, 0], [40, 100, 50]] as const }, // biome-ignore format: points
  { name: 'bus b', points: [[0, 5, 5]] as const },
]

function play(move: Movement, seed = 1, steps = 600) {
  const count = 50
  const random = createRandom(9)
  const swarm = {
    first: 0,
    count,
    xM: Float64Array.from({ length: count }, () => random.uniform() * AREA.widthM),
    yM: Float64Array.from({ length: count }, () => random.uniform() * AREA.heightM),
  }
  const mover = createMover(swarm, move, AREA, TRACKS, createRandom(seed))
  const speeds: number[] = []
  for (let time = 1; time <= steps; time++) {
    const [x, y] = [swarm.xM.slice(), swarm.yM.slice()]
    mover.advance(time, 1)
    for (let i = 0; i < count; i++) {
      speeds.push(Math.hypot((swarm.xM[i] ?? 0) - (x[i] ?? 0), (swarm.yM[i] ?? 0) - (y[i] ?? 0)))
    }
  }
  return { swarm, speeds, mean: speeds.reduce((sum, one) => sum + one, 0) / speeds.length }
}

const inside = (values: Float64Array, side: number) => values.every(value => value >= 0 && value <= side)

describe('movement', () => {
  it.each<Movement>([
    { kind: 'waypoint', minMps: 1, maxMps: 2, pauseS: 0 },
    { kind: 'gauss-markov', meanMps: 1.5, sigmaMps: 1, memory: 0.9 },
  ])('$kind stays in the area, repeats from its seed and keeps its speed', move => {
    const { swarm, speeds, mean } = play(move)
    expect(inside(swarm.xM, 500) && inside(swarm.yM, 300)).toBe(true)
    expect(play(move).swarm).toEqual(swarm)
    expect(play(move, 2).swarm).not.toEqual(swarm)
    expect(mean).toBeGreaterThan(1)
    expect(mean).toBeLessThan(2.5)
    expect(Math.max(...speeds)).toBeLessThan(8)
  })

  it('at waypoints pauses, and never moves faster than it may', () => {
    const { speeds, mean } = play({ kind: 'waypoint', minMps: 1, maxMps: 2, pauseS: 200 })
    expect(mean).toBeLessThan(1)
    expect(Math.max(...speeds)).toBeLessThanOrEqual(2 + 1e-9)
  })

  it('stands still if it should', () => {
    expect(play({ kind: 'still' }).mean).toBe(0)
  })

  it('follows tracks in time, one terminal after the other', () => {
    const at = (time: number) => {
      const swarm = { first: 0, count: 3, xM: new Float64Array(3), yM: new Float64Array(3) }
      const mover = createMover(swarm, { kind: 'track', track: 'bus', spreadS: 5 }, AREA, TRACKS, createRandom(1))
      for (let now = 0; now <= time; now++) mover.advance(now, 1)
      return [0, 1, 2].map(i => [swarm.xM[i], swarm.yM[i]])
    }
    expect(at(0)).toEqual([[0, 0], [5, 5], [0, 0]]) // biome-ignore format: places
    expect(at(15)).toEqual([[50, 0], [5, 5], [0, 0]]) // biome-ignore format: places
    expect(at(35)).toEqual([[100, 25], [5, 5], [100, 0]]) // biome-ignore format: places
    expect(at(99)[0]).toEqual([100, 50])
  })
})
