export { type FollowOptions, followSolo } from './follower.js'
export { blockEvent, blockStream, LEDGER_PATHS, type SubmitAnswer } from './http.js'
export type { Fetch } from './source.js'
