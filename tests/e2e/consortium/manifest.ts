/** What can happen to a node; each kind is one file in `faults`. */
export type FaultKind =
  | 'clock'
  | 'disconnect'
  | 'disk'
  | 'engine'
  | 'garbage'
  | 'kill'
  | 'pause'
  | 'restart'
  | 'slow'
  | 'twin'

/** Something that happens to one node, from a moment on, for a while. */
export interface Fault {
  readonly kind: FaultKind
  readonly node: string
  /** Earliest moment after the start of the network; a slow machine comes to it later, never in another order. */
  readonly atMs: number
  /** Least time until it is healed. */
  readonly forMs: number
}

/** A network with what will happen to it. Validators are `v1`, `v2` …, followers `f1` …. */
export interface Network {
  readonly name: string
  /** Each of another owner, all of the same power. */
  readonly validators: number
  /** Full replicas without a vote. */
  readonly followers: number
  /** Senders that each have one transfer under way. */
  readonly lanes: number
  readonly faults: readonly Fault[]
}

/** Names of the validators, then of the followers. */
export function nodesOf({ validators, followers }: Network): readonly string[] {
  const named = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)
  return [...named('v', validators), ...named('f', followers)]
}

/** Name of the second process with the key of `node`. */
export const twinOf = (node: string) => `${node}twin`

/** Nodes that begin or end a fault at one moment. */
export interface Moment {
  readonly atMs: number
  readonly begin: readonly Fault[]
  readonly heal: readonly Fault[]
}

/** The moments of a network in order. */
export function momentsOf({ faults }: Network): readonly Moment[] {
  const times = new Set(faults.flatMap(({ atMs, forMs }) => [atMs, atMs + forMs]))
  return [...times]
    .sort((a, b) => a - b)
    .map(atMs => ({
      atMs,
      begin: faults.filter(fault => fault.atMs === atMs),
      heal: faults.filter(fault => fault.atMs + fault.forMs === atMs),
    }))
}

/** Kinds a random network draws from: those that need nothing of the machine and change nobody's power. */
const RANDOM: readonly FaultKind[] = ['clock', 'disconnect', 'engine', 'garbage', 'kill', 'pause', 'restart', 'slow']
/** Kinds of which two at once halt four validators. */
const AWAY: readonly FaultKind[] = ['disconnect', 'kill', 'pause']
/** One window after another, so that what should hold is known in each. */
const WINDOW_MS = 5_000
const HOLD_MS = 3_000

/**
 * The network that a seed stands for: four validators, at most one follower, and windows in which one node is in trouble
 * or, once in four, two validators are away at once.
 */
export function randomManifest(seed: number, windows = 3): Network {
  const draw = random(seed)
  const among = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T
  const faults: Fault[] = []
  const followers = Math.floor(draw() * 2)
  const names = nodesOf({ name: '', validators: 4, followers, lanes: 1, faults: [] })
  for (let window = 0; window < windows; window++) {
    const when = { atMs: (window + 1) * WINDOW_MS, forMs: HOLD_MS }
    if (draw() >= 0.25) faults.push({ kind: among(RANDOM), node: among(names), ...when })
    else {
      const first = Math.floor(draw() * 4)
      const second = (first + 1 + Math.floor(draw() * 3)) % 4
      for (const at of [first, second]) faults.push({ kind: among(AWAY), node: `v${at + 1}`, ...when })
    }
  }
  return { name: `seed ${seed}`, validators: 4, followers, lanes: 4, faults }
}

/** Numbers in 0..1 that follow from the seed alone (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
