import { type Fault, type Network, nodesOf } from '../manifest.js'

/** From one kill to the next at least; recovery takes longer. */
const EVERY_MS = 2_000
const DOWN_MS = 500

/** `kill -9` of each node in turn, so many times, under load. */
export function kills(times: number): Network {
  const network = { name: 'kills', validators: 4, followers: 1, lanes: 4, faults: [] as Fault[] }
  for (let turn = 0; turn < times; turn++) {
    for (const node of nodesOf(network)) {
      network.faults.push({ kind: 'kill', node, atMs: EVERY_MS * (network.faults.length + 1), forMs: DOWN_MS })
    }
  }
  return network
}
