export { NodeApi, type NodeApiOptions } from './api.js'
export type * from './types.js'
