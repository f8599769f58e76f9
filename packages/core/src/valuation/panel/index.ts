export { CSV_LIMITS, parseCsv } from './csv.js'
export { parsePanel } from './parse.js'
export { itemKey, latestRound, roundsOf, scoresOf } from './read.js'
export {
  type Answer,
  type ItemColumn,
  LIKERT,
  type Omission,
  type Panel,
  type PanelOptions,
  type Scale,
} from './types.js'
