/** One side of the market. All rates are per period. */
export interface SideParams {
  /** People who could ever take part. */
  readonly market: number
  /** Taken part by themselves (Bass p). */
  readonly innovation: number
  /** Taken part because others do (Bass q). */
  readonly imitation: number
  /** Drawn by coverage (users) or by reward (sharers). */
  readonly coupling: number
  /** Drawn by the operator's effort; 0 gives the plain formula. */
  readonly promotion: number
  /** Leave again. */
  readonly churn: number
  readonly initial: number
}

/** The operator's effort is a share of what it could do: 0..1. It grows with the use it sees. */
export interface OperatorParams {
  readonly innovation: number
  readonly imitation: number
  readonly fade: number
  readonly initial: number
}

/** Reward of one sharer and period, in currency units: bounded by `cap`, diluted by the number of sharers. */
export interface RewardParams {
  /** Put into the pool per user at full effort. */
  readonly poolPerUser: number
  readonly cap: number
  /** Reward at which half of the pull of rewards is reached. */
  readonly half: number
}

export interface GrowthParams {
  readonly users: SideParams
  readonly sharers: SideParams
  readonly operator: OperatorParams
  readonly reward: RewardParams
}

/** State at one moment. People are not yet rounded. */
export interface GrowthPoint {
  readonly users: number
  readonly sharers: number
  /** 0..1 */
  readonly effort: number
}
