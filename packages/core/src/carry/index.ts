export { CARRY_CODES, type CarryCode, carryVerdict } from './codes.js'
export { encodeFrame, type Frame, FrameScanner, MAX_DATA_BYTES } from './frames.js'
export {
  admitCarriage,
  type CarriageState,
  type Hours,
  type RelayLimits,
  unpaidCarriage,
} from './limits.js'
export { carriageAllowance } from './own-first.js'
export {
  type CarryPayload,
  type Hop,
  parseCarry,
  parseRoutes,
  type Route,
  type RouteAnswer,
} from './payload.js'
export { type RouteWishes, rankRoutes } from './routes.js'
