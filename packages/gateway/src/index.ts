export * from './clock.js'
export * from './codes.js'
export type * from './contract.js'
export * from './deadlines.js'
