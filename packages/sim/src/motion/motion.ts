import type { Random } from '@conet/core/pran/random'
import type { Area, Movement, Track } from '../scenario/types.js'

/** Where the terminals of one group are; `first` is their first index in the shared arrays. */
export interface Swarm {
  readonly first: number
  readonly count: number
  readonly xM: Float64Array
  readonly yM: Float64Array
}

/** Moves one group to the next moment. */
export interface Mover {
  /** @param timeS - the moment reached, @param stepS - time since the last call */
  advance(timeS: number, stepS: number): void
}

/** How a group moves; everything random comes from `random`. */
export function createMover(swarm: Swarm, move: Movement, area: Area, tracks: readonly Track[], random: Random): Mover {
  switch (move.kind) {
    case 'still':
      return { advance: () => {} }
    case 'waypoint':
      return waypoint(swarm, move, area, random)
    case 'gauss-markov':
      return gaussMarkov(swarm, move, area, random)
    case 'track':
      return alongTracks(swarm, move, tracks)
  }
}

type Of<K extends Movement['kind']> = Extract<Movement, { kind: K }>

/**
 * Random waypoint: straight to a uniform place at a uniform speed, pause, again.
 *
 * Speeds start above 0 (checked), so the mean speed does not decay over time (Yoon, Liu and Noble, INFOCOM 2003).
 */
function waypoint({ first, count, xM, yM }: Swarm, move: Of<'waypoint'>, area: Area, random: Random): Mover {
  const goals = Array.from({ length: count }, () => ({ x: 0, y: 0, speed: 0, waitS: random.uniform() * move.pauseS }))
  const choose = (goal: (typeof goals)[number]) => {
    goal.x = random.uniform() * area.widthM
    goal.y = random.uniform() * area.heightM
    goal.speed = move.minMps + random.uniform() * (move.maxMps - move.minMps)
  }
  return {
    advance: (_, stepS) => {
      goals.forEach((goal, i) => {
        if (goal.waitS > 0) {
          goal.waitS -= stepS
          return
        }
        if (goal.speed === 0) choose(goal)
        const at = first + i
        const [dx, dy] = [goal.x - (xM[at] ?? 0), goal.y - (yM[at] ?? 0)]
        const left = Math.hypot(dx, dy)
        const share = left === 0 ? 1 : Math.min(1, (goal.speed * stepS) / left)
        xM[at] = (xM[at] ?? 0) + share * dx
        yM[at] = (yM[at] ?? 0) + share * dy
        if (share < 1) return
        goal.waitS = move.pauseS
        goal.speed = 0
      })
    },
  }
}

/**
 * Gauss–Markov: velocity v' = α v + (1 − α) v̄ + σ √(1 − α²) w per second, along both axes, turned back at the edges
 * (Liang and Haas, INFOCOM 1999). The mean velocity has the speed `meanMps` and a direction of each terminal's own.
 */
function gaussMarkov({ first, count, xM, yM }: Swarm, move: Of<'gauss-markov'>, area: Area, random: Random): Mover {
  const drift = Array.from({ length: count }, () => {
    const angle = 2 * Math.PI * random.uniform()
    const [x, y] = [move.meanMps * Math.cos(angle), move.meanMps * Math.sin(angle)]
    return { x, y, vx: x, vy: y }
  })
  return {
    advance: (_, stepS) => {
      const kept = move.memory ** stepS
      const noise = move.sigmaMps * Math.sqrt(1 - kept * kept)
      drift.forEach((one, i) => {
        one.vx = kept * one.vx + (1 - kept) * one.x + noise * random.gaussian()
        one.vy = kept * one.vy + (1 - kept) * one.y + noise * random.gaussian()
        const x = reflected((xM[first + i] ?? 0) + one.vx * stepS, area.widthM)
        const y = reflected((yM[first + i] ?? 0) + one.vy * stepS, area.heightM)
        if (x.turned) [one.x, one.vx] = [-one.x, -one.vx]
        if (y.turned) [one.y, one.vy] = [-one.y, -one.vy]
        xM[first + i] = x.at
        yM[first + i] = y.at
      })
    },
  }
}

function reflected(at: number, side: number): { at: number; turned: boolean } {
  if (at >= 0 && at <= side) return { at, turned: false }
  const folded = at < 0 ? -at : 2 * side - at
  return { at: Math.max(0, Math.min(side, folded)), turned: true }
}

/** Along tracks, straight between their points; before the first and after the last point it stands there. */
function alongTracks({ first, count, xM, yM }: Swarm, move: Of<'track'>, tracks: readonly Track[]): Mover {
  const chosen = tracks.filter(track => track.name.startsWith(move.track))
  const riders = Array.from({ length: count }, (_, i) => ({
    points: chosen[i % chosen.length]?.points ?? [],
    lateS: move.spreadS * Math.floor(i / chosen.length),
    next: 0,
  }))
  return {
    advance: timeS => {
      riders.forEach((rider, i) => {
        const now = timeS - rider.lateS
        while (rider.next < rider.points.length && (rider.points[rider.next]?.[0] ?? 0) <= now) rider.next++
        const [fromS, fromX, fromY] = rider.points[Math.max(0, rider.next - 1)] ?? [0, 0, 0]
        const [toS, toX, toY] = rider.points[rider.next] ?? [fromS, fromX, fromY]
        const share = toS <= fromS ? 0 : Math.max(0, (now - fromS) / (toS - fromS))
        xM[first + i] = fromX + share * (toX - fromX)
        yM[first + i] = fromY + share * (toY - fromY)
      })
    },
  }
}
