export { checkOrderings, type OrderingCheck, PAPER_ORDERINGS, type PaperOrdering } from './orderings.js'
export { type RadarSize, radarArea, radarSize } from './radar.js'
export { type Reversal, ranking, rankReversals } from './reversals.js'
export {
  type ItemScore,
  indicatorValue,
  type PlayerScores,
  type PrimaryScore,
  scorePlayer,
  weighted,
} from './scores.js'
export { leaveOneOutReversals, type Topsis, topsis } from './topsis.js'
