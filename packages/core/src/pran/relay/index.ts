export { type AssignedPart, type Assignment, type AssignmentProblem, assign, sharerUnits } from './assignment.js'
export { type Association, type AssociationRules, type AssociationStep, associate } from './association.js'
export type { CellChoice } from './cells.js'
export { GIANT_COMPONENT_DEGREE, meanDegree, relayInRangeProbability } from './coverage.js'
export { type DispatchOption, dispatch } from './dispatch.js'
export { type LevelThreshold, type RelayThresholds, relayEligible, relayHeard, relayNeeded } from './eligibility.js'
export { type FairShare, jainIndex, type SharingOption, shareFairly } from './fairness.js'
export { type Flow, type FlowEdge, minCostFlow } from './flow.js'
export {
  BEARERS,
  type Bearer,
  type BearerRates,
  DETACHED,
  type HandoverRule,
  type HandoverState,
  stepHandover,
} from './handover.js'
export { blockingPairs, matchStably, type Wishes } from './matching.js'
export { indexPlaces, type Nearest, type NearestIndex, type Places } from './nearest.js'
export { airtimeRateMbps, sharedChainShare, widestRateMbps } from './path.js'
export type { RelayChoice } from './relays.js'
export { hopLimitedRoutes, LEAST_AIRTIME, type Metric, type RateLink, type Routes, WIDEST } from './routing.js'
