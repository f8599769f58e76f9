import type { Did } from '../../../units/index.js'
import { jsonCodec } from '../../codec.js'
import { collection } from '../../store.js'
import type { BlockContext } from '../../types.js'
import type { Network, NetworkProfile } from './types.js'

/** Profile of every registered network, by owner. */
export const networks = collection('registry/network/', jsonCodec<Network>())

/** The record of a profile; members in stored order. */
export function networkRecord(owner: Did, profile: NetworkProfile, version: number, block: BlockContext): Network {
  return {
    owner,
    version,
    name: profile.name,
    networkType: profile.networkType,
    node: profile.node,
    functions: profile.functions,
    location: profile.location,
    serviceArea: profile.serviceArea,
    dataNetworks: profile.dataNetworks,
    slices: profile.slices,
    computing: profile.computing,
    links: profile.links,
    updatedMs: block.timeMs,
  }
}
