export { checkGrant, checkRequest, sessionIdOf } from './check.js'
export { createClient, nextClientDeadline, stepClient } from './client.js'
export type * from './client-types.js'
export { DISPUTES, type Dispute, ROUND_CODES, type RoundCode } from './codes.js'
export { parseClose, parseGrant, parseRequest, parseStatement, parseVoucher } from './payloads.js'
export { createProvider, driveProvider, nextProviderDeadline, stepProvider } from './provider.js'
export { mayPostpone } from './provider-check.js'
export { accepted as acceptedVoucher, pending as pendingStatement } from './provider-statement.js'
export type * from './provider-types.js'
export { claimLimit, clientRisk, nextCredit, providerRisk, quotaFor } from './risk.js'
export {
  CLIENT_FINAL_MS,
  CUT_WAIT_MS,
  FINAL_MS,
  LOST_GRACE_MS,
  marginMs,
  resendMs,
  roundMs,
  STORE_GRACE_MS,
} from './timeline.js'
export * from './types.js'
export { BrokenFlows, underWayBytes, unreadBytes } from './unread.js'
