import type { BookTotals } from '../service/index.js'

/** The two worlds that are compared: the same people, sessions and radio, without and with P-RAN. */
export const WORLDS = ['without', 'with'] as const
export type World = (typeof WORLDS)[number]

/** Running totals, for a page that plays a run. */
export interface FrameTotals {
  readonly activeUsers: number
  readonly sharersActive: number
  /** Share of the terminals with service over the cell alone. */
  readonly coveredByCells: number
  readonly deliveredMB: Readonly<Record<World, number>>
  readonly relayedMB: number
  readonly sharersEarned: number
  readonly pool: number
}

/** One step as plain JSON. Arrays have one entry per terminal. */
export interface Frame {
  readonly step: number
  readonly steps: number
  readonly timeS: number
  readonly xM: readonly number[]
  readonly yM: readonly number[]
  /** `null` where no cell is heard. */
  readonly sinrDb: readonly (number | null)[]
  /** Rate over the cell alone, Mbit/s. */
  readonly cellMbps: readonly number[]
  readonly indoors: readonly number[]
  /** 1 for those who relay now. */
  readonly shares: readonly number[]
  /** Traffic now: terminals of the path, the cell it ends in, and the rate. */
  readonly links: readonly { readonly path: readonly number[]; readonly cell: number; readonly mbps: number }[]
  readonly totals: FrameTotals
}

/** One point of the measured cov(S): what so many sharers, chosen at random, would cover. */
export interface CoveragePoint {
  readonly sharers: number
  /** Share of the terminals that hear one of them which has service itself. */
  readonly reach: number
  /** Share of the terminals with service, over a cell or a sharer. */
  readonly served: number
}

/** Counts over bins; `edges` has one more entry. */
export interface Histogram {
  readonly edges: readonly number[]
  readonly without: readonly number[]
  readonly with: readonly number[]
}

/** Row by row from the south-west. */
export interface Maps {
  readonly columns: number
  readonly rows: number
  /** Mean SINR of the best cell over the looks that heard one, dB; −40 where none ever did. */
  readonly sinrDb: readonly number[]
  /** Share of the looks with service. */
  readonly without: readonly number[]
  readonly with: readonly number[]
}

/** Course of a run, one value per look. */
export interface Series {
  readonly timeS: readonly number[]
  readonly columns: Readonly<Record<string, readonly number[]>>
}

/** Result of one seed; plain JSON, the same bytes for the same scenario and seed. */
export interface SeedResult {
  readonly version: 1
  readonly scenario: string
  /** SHA-256 of the checked scenario. */
  readonly scenarioHash: string
  readonly seed: number
  /** See docs/spec/sim.md SIM-9 for each. */
  readonly metrics: Readonly<Record<string, number>>
  readonly rates: Histogram
  readonly sinr: { readonly edges: readonly number[]; readonly counts: readonly number[] }
  /** Terminals by hops to a cell, 0 without service, over all looks. */
  readonly hops: { readonly without: readonly number[]; readonly with: readonly number[] }
  readonly coverage: readonly CoveragePoint[]
  readonly maps: Maps
  readonly series: Series
  /** Credits per owner who shared at all, ascending. */
  readonly incomes: readonly number[]
  readonly ledger: BookTotals
}
