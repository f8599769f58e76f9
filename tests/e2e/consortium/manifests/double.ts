import type { Network } from '../manifest.js'

/** Two processes with one validator's key: found out, punished, and three go on. */
export const double: Network = {
  name: 'double',
  validators: 4,
  followers: 0,
  lanes: 4,
  faults: [{ kind: 'twin', node: 'v2', atMs: 1_000, forMs: 2_000 }],
}
