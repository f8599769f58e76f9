import type { Network } from '../manifest.js'

/** Twice more than a third is away, by cut lines and by machines that stand still: halt, no fork, goes on. */
export const outage: Network = {
  name: 'outage',
  validators: 4,
  followers: 0,
  lanes: 4,
  faults: [
    { kind: 'disconnect', node: 'v1', atMs: 1_000, forMs: 6_000 },
    { kind: 'disconnect', node: 'v2', atMs: 2_000, forMs: 5_000 },
    { kind: 'pause', node: 'v3', atMs: 9_000, forMs: 5_000 },
    { kind: 'kill', node: 'v4', atMs: 10_000, forMs: 5_000 },
  ],
}
