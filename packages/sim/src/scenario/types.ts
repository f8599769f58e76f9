/** A place in the plane, metres from the south-west corner of the area. */
export type Point = readonly [xM: number, yM: number]

export interface Area {
  readonly widthM: number
  readonly heightM: number
  /** South-west corner; needed for input in degrees. */
  readonly origin: { readonly lat: number; readonly lon: number } | undefined
}

export const CELL_MODELS = ['uma', 'umi', 'inh', 'rma', 'satellite'] as const
export type CellModelName = (typeof CELL_MODELS)[number]

/** What all cells of a scenario have in common. Powers in dBm, gains in dB. */
export interface CellRadio {
  readonly model: CellModelName
  readonly frequencyGHz: number
  readonly bandwidthMHz: number
  /** Power at the antenna, without gain. */
  readonly powerDbm: number
  readonly gainDb: number
  readonly baseHeightM: number
  readonly terminalHeightM: number
  /** Of a terminal. */
  readonly noiseFigureDb: number
  /** Share of the time that neighbouring cells send, 0..1. */
  readonly neighbourLoad: number
  readonly cellRangeM: number
  readonly cellsMeasured: number
  readonly building: 'low loss' | 'high loss'
  /** Only for `satellite`: one overhead pass. */
  readonly pass: SatellitePass | undefined
}

/** One pass of a satellite on a circular orbit. */
export interface SatellitePass {
  readonly altitudeKm: number
  /** When it stands highest. */
  readonly culminationS: number
  readonly maxElevationDeg: number
  /** Below this it is not used. */
  readonly minElevationDeg: number
}

export interface Cell {
  readonly xM: number
  readonly yM: number
  /** Added to the common power. */
  readonly offsetDb: number
  readonly backhaulMbps: number
  /** Silent between these moments. */
  readonly dead: { readonly fromS: number; readonly toS: number } | undefined
}

export const DIRECT_PLACES = ['street', 'residential', 'office', 'corridor', 'sidelink'] as const
export type DirectPlace = (typeof DIRECT_PLACES)[number]

/** Links between terminals. */
export interface DirectRadio {
  readonly place: DirectPlace
  readonly frequencyGHz: number
  readonly bandwidthMHz: 20 | 40 | 80 | 160
  readonly powerDbm: number
  readonly noiseFigureDb: number
  readonly rangeM: number
  /** Share of the air rate above the MAC. */
  readonly efficiency: number
  /** Level a relay must be heard at, with hysteresis (TS 38.331 clause 5.8.15.3). */
  readonly heardDbm: number
  readonly hysteresisDb: number
}

export interface RelayRules {
  /** Hops from terminal to cell; 1 switches relays off. */
  readonly maxHops: number
  readonly slots: number
  readonly tried: number
  /** Who gets less than this over the cell looks for a relay. */
  readonly enoughMbps: number
  /** What counts as service. */
  readonly serviceMbps: number
  /** Separate bands for the hops, or one medium that they share. */
  readonly medium: 'separate' | 'shared'
  /** RSRP window of a relay, with hysteresis (TS 38.331 clause 5.8.14). */
  readonly lowDbm: number
  readonly highDbm: number
  readonly hysteresisDb: number
}

export type StartPlace =
  | { readonly kind: 'uniform' }
  | {
      readonly kind: 'box'
      readonly xM: number
      readonly yM: number
      readonly widthM: number
      readonly heightM: number
    }
  | {
      readonly kind: 'ring'
      readonly xM: number
      readonly yM: number
      readonly innerM: number
      readonly outerM: number
    }

export type Movement =
  | { readonly kind: 'still' }
  | { readonly kind: 'waypoint'; readonly minMps: number; readonly maxMps: number; readonly pauseS: number }
  | { readonly kind: 'gauss-markov'; readonly meanMps: number; readonly sigmaMps: number; readonly memory: number }
  /** Along the tracks whose names begin so, one terminal after the other, each `spreadS` later than the one before. */
  | { readonly kind: 'track'; readonly track: string; readonly spreadS: number }

export interface TerminalGroup {
  readonly name: string
  readonly count: number
  readonly place: StartPlace
  readonly move: Movement
  readonly indoorShare: number
  /** Share of these terminals whose owners would share if it pays. */
  readonly sharerShare: number
  /** Multiplies the sessions per hour. */
  readonly demand: number
}

/** Sessions arrive by a Poisson process; their sizes are log-normal. */
export interface Traffic {
  readonly sessionsPerHour: number
  readonly meanMB: number
  /** Standard deviation of the logarithm. */
  readonly spread: number
  readonly uplinkShare: number
  /** A session that is not done by then is given up. */
  readonly patienceS: number
}

/** When an owner shares, and what it may cost. */
export interface Sharing {
  /** Reserve: an owner shares if it expects at least this per hour; drawn log-uniformly between the two, credits. */
  readonly minReserve: number
  readonly maxReserve: number
  /** What owners expect before they have seen a payout, credits per hour. */
  readonly advertised: number
  readonly batteryWh: number
  /** Charge at the start is uniform between this and full; at this level sharing ends. */
  readonly keepShare: number
  readonly dataCapGB: number
}

/** Amounts in credits; the engine turns them into whole micro-credits. */
export interface Money {
  readonly perGiB: number
  readonly perHour: number
  readonly trialMs: number
  readonly restMs: number
  /** Unpaid limit of a stranger. */
  readonly maxUnpaid: number
  readonly userCredit: number
  readonly epochS: number
  readonly pool: number
  readonly poolPerEpoch: number
  readonly incomePerEpoch: number
  /** ρmax: most that one GB of score earns. */
  readonly maxPerGB: number
  readonly blockS: number
  /** Operator's part of what users pay, 0..1: what fake traffic would really cost. */
  readonly operatorShare: number
}

/** Outline of a building; the last point joins the first. */
export type Wall = readonly Point[]

/** Places at moments, for one vehicle or person. */
export interface Track {
  readonly name: string
  readonly points: readonly (readonly [timeS: number, xM: number, yM: number])[]
}

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly area: Area
  readonly durationS: number
  readonly stepS: number
  readonly radio: CellRadio
  readonly cells: readonly Cell[]
  readonly direct: DirectRadio
  readonly relay: RelayRules
  readonly terminals: readonly TerminalGroup[]
  readonly traffic: Traffic
  readonly sharing: Sharing
  readonly money: Money
  readonly walls: readonly Wall[]
  readonly tracks: readonly Track[]
  /** Maps are drawn with this many columns; `indoors` says where their imagined terminal is. */
  readonly map: { readonly columns: number; readonly indoors: boolean }
}
