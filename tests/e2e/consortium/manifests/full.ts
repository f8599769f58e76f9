import type { Network } from '../manifest.js'

/** One disk is full for a while: that node is held back, nobody else, and it comes back by itself. */
export const full: Network = {
  name: 'full',
  validators: 4,
  followers: 0,
  lanes: 4,
  faults: [{ kind: 'disk', node: 'v4', atMs: 1_000, forMs: 5_000 }],
}
