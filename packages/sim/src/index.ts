export { SIM_CODES, type SimCode, SimError } from './codes.js'
export * from './play/index.js'
export * from './scenario/index.js'
