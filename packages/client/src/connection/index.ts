export { complaint, DEFAULT_LIMITS, USUAL_USE } from './choose.js'
export { Connection, openConnection } from './manager.js'
export type * from './types.js'
