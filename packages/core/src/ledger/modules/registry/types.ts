import type { Did, UnixMillis } from '../../../units/index.js'
import type { StoredTerms } from './needs.js'

/** A place in millionths of a degree (WGS 84): about 11 cm at the equator, and no floats. */
export interface Place {
  readonly latE6: number
  readonly lonE6: number
}

/** A circle on the ground. */
export interface Area extends Place {
  /** 1..20,100,000: half of the globe's circumference reaches everywhere. */
  readonly radiusM: number
}

/** Computing power that a network can lend. */
export interface Computing {
  readonly cpuCores: number
  readonly memoryMiB: number
  readonly storageMiB: number
  readonly gpus: number
}

/** A connection to another owner's network. */
export interface TopologyLink {
  readonly to: Did
  /** `fibre`, `wifi`, `satellite` … */
  readonly medium: string
  readonly kbitPerSecond: number
}

/** Profile of an owner network (white paper 4.3 (2)). */
export interface NetworkProfile {
  readonly name: string
  /** `operator`, `campus`, `household`, `phone`, `satellite` … */
  readonly networkType: string
  /** Base URL of the owner's node (the paper's DNMF address). */
  readonly node: string
  /** Functional attributes: what the network can do. */
  readonly functions: readonly string[]
  readonly location: Place
  readonly serviceArea: Area
  readonly dataNetworks: readonly string[]
  readonly slices: readonly string[]
  readonly computing: Computing
  readonly links: readonly TopologyLink[]
}

export interface Network extends NetworkProfile {
  readonly owner: Did
  readonly version: number
  readonly updatedMs: UnixMillis
}

/** What a provider says about a service it gives. */
export interface OfferContent {
  readonly type: string
  readonly name: string
  readonly terms: StoredTerms
  readonly area: Area
  readonly slice: string
  readonly dataNetworks: readonly string[]
  /** Relays between the provider and its uplink; 0 if it has its own. */
  readonly hops: number
  /** Base URL of the provider's node. */
  readonly node: string
  readonly expiresAt: UnixMillis
}

/** An offer on the ledger; a new version replaces the whole. */
export interface Offer extends OfferContent {
  /** First 32 hex digits of the hash of the transaction that published it. */
  readonly id: string
  readonly version: number
  readonly provider: Did
}

export const REQUEST_KINDS = ['recruitment', 'reward'] as const

/** What somebody is looking for, or promises to pay for. */
export interface RequestContent {
  readonly kind: (typeof REQUEST_KINDS)[number]
  readonly name: string
  readonly details: string
  readonly area: Area
  /** An announcement, not a hold: nothing is locked for it. */
  readonly reward?: { readonly asset: string; readonly amount: string }
  /** Where to answer. */
  readonly node: string
  readonly expiresAt: UnixMillis
}

export interface Request extends RequestContent {
  readonly id: string
  readonly version: number
  readonly owner: Did
}
