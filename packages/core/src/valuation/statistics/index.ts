export { chiSquareTail } from './chi-square.js'
export { type Convergence, convergence, DELPHI } from './delphi.js'
export { type Agreement, kendallW } from './kendall.js'
export {
  AGGREGATES,
  type Aggregate,
  aggregate,
  interquartileRange,
  mean,
  median,
  quantile,
  standardDeviation,
  TRIM_SHARE,
  trimmedMean,
} from './location.js'
export { averageRanks, spearman } from './ranks.js'
