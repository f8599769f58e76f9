export {
  defined,
  type Measured,
  ROUNDING,
  type UndefinedReason,
  undefinedBecause,
  VALUATION_CODES,
  type ValuationCode,
  ValuationError,
} from './codes.js'
export * from './compare/index.js'
export * from './evaluate/index.js'
export * from './growth/index.js'
export * from './indicators/index.js'
export * from './panel/index.js'
export * from './roi/index.js'
export * from './statistics/index.js'
export * from './weights/index.js'
