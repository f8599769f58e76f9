export { UNIT_FACTORS } from './cash.js'
export { formatAmount, formatRatio, parseAmount, ratioPpm, roundHalfEven } from './money.js'
export { netPresentValue } from './npv.js'
export { caseFromJson } from './parse.js'
export { type BreakEven, type OrderingM1, type PeriodRow, type Return, type RoiReport, reportCase } from './report.js'
export { type Bar, type RandomSource, type Simulation, simulateCase, type Tornado, tornado } from './tornado.js'
export {
  type BusinessCase,
  COST_LINES,
  DIRECT_LINES,
  INDIRECT_LINES,
  type Line,
  type LineGroup,
  type Triangle,
} from './types.js'
