import { whyNoHosts } from '../../hosts.js'
import { loopbackWiring } from './loopback.js'
import { namespaceWiring } from './namespaces.js'
import type { Wiring } from './wiring.js'

export { loopbackWiring } from './loopback.js'
export type { Endpoint, Wiring } from './wiring.js'

/** Hosts of their own where this machine lets us make them, relays on loopback elsewhere. */
export async function wire(names: readonly string[]): Promise<Wiring> {
  return whyNoHosts() === undefined ? namespaceWiring(names) : await loopbackWiring(names)
}
