import type { Network } from '../manifest.js'

/** A bad day, one node after another: never a third away, so ordering never stops. */
export const rough: Network = {
  name: 'rough',
  validators: 4,
  followers: 1,
  lanes: 4,
  faults: [
    { kind: 'garbage', node: 'f1', atMs: 1_000, forMs: 4_000 },
    { kind: 'slow', node: 'v3', atMs: 6_000, forMs: 4_000 },
    { kind: 'kill', node: 'v2', atMs: 11_000, forMs: 2_000 },
    { kind: 'clock', node: 'v1', atMs: 14_000, forMs: 4_000 },
    { kind: 'engine', node: 'v3', atMs: 19_000, forMs: 1_000 },
    { kind: 'restart', node: 'f1', atMs: 21_000, forMs: 1_000 },
  ],
}
