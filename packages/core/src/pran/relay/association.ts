import { NOT_NEGATIVE, type Range, wholeWithin, within } from '../guard.js'
import { type CellChoice, chooseCells } from './cells.js'
import { indexPlaces, type Places } from './nearest.js'
import { chooseRelays, type RelayChoice } from './relays.js'
import type { Metric } from './routing.js'

/** What a step is decided from. Radio models are passed in, so scenarios can mix them. */
export interface AssociationStep {
  readonly terminals: Places
  /** 1 for terminals that may relay now (see `relayEligible`). */
  readonly shares: Uint8Array
  readonly cells: Places
  readonly rules: AssociationRules
  readonly metric: Metric
  /** Received power in dBm of a cell at a terminal; distance is horizontal. */
  receivedDbm(terminal: number, cell: number, distance2dM: number): number
  /** Rate in Mbit/s that an SINR gives over the cell's band, 0 below service. */
  cellRateMbps(sinrDb: number): number
  /** Rate in Mbit/s of a direct link, 0 if it cannot be heard. */
  directRateMbps(from: number, to: number, distanceM: number): number
}

export interface AssociationRules {
  /** Nearest cells measured per terminal; the others are too far to matter. 1–64. */
  readonly cellsMeasured: number
  readonly cellRangeM: number
  readonly noiseDbm: number
  /** Share of the time that neighbouring cells send: weight of their interference, 0..1. */
  readonly neighbourLoad: number
  /** Terminals with less than this over the cell look for a relay, Mbit/s. */
  readonly enoughMbps: number
  /** Nearest sharers tried per terminal, 1–64. */
  readonly relaysTried: number
  readonly directRangeM: number
  /** Hops from terminal to cell, 1–16; 1 switches relays off. */
  readonly maxHops: number
  /** Terminals that one sharer takes at a time. */
  readonly slots: number
}

/** Outcome for every terminal. */
export interface Association extends CellChoice, RelayChoice {
  /** Rate over the cell or, where a relay was found, over it, Mbit/s; 0 without service. */
  readonly rateMbps: Float64Array
}

const SMALL: Range = { min: 1, max: 64 }

/**
 * One step: every terminal measures its nearest cells, takes the strongest, and where that is not enough tries its nearest
 * sharers. Sharers keep the best that ask (deferred acceptance).
 *
 * No loop over pairs: the work is terminals × (cellsMeasured + relaysTried × maxHops) × log.
 *
 * @throws {PranError} `OUT_OF_RANGE`, `NOT_WHOLE`, `NOT_A_NUMBER`
 * @see docs/spec/pran.md PRAN-7
 */
export function associate(step: AssociationStep): Association {
  check(step)
  const cells = chooseCells(step, indexPlaces(step.cells))
  const relays = chooseRelays(step, cells.cellMbps)
  const rateMbps = cells.cellMbps.map((direct, terminal) =>
    relays.relay[terminal] === -1 ? direct : (relays.relayedMbps[terminal] ?? 0),
  )
  return { ...cells, ...relays, rateMbps }
}

function check({ rules, terminals, shares }: AssociationStep): void {
  wholeWithin('cellsMeasured', rules.cellsMeasured, SMALL)
  wholeWithin('relaysTried', rules.relaysTried, SMALL)
  wholeWithin('maxHops', rules.maxHops, { min: 1, max: 16 })
  wholeWithin('slots', rules.slots, { min: 0, max: 1_000 })
  within('neighbourLoad', rules.neighbourLoad, { min: 0, max: 1 })
  within('noiseDbm', rules.noiseDbm, { min: -250, max: 0 })
  for (const name of ['cellRangeM', 'directRangeM', 'enoughMbps'] as const) within(name, rules[name], NOT_NEGATIVE)
  wholeWithin('shares.length', shares.length, { min: terminals.xM.length, max: terminals.xM.length })
}
