export { MAX_TX_LIFE_S } from './authenticate.js'
export * from './codec.js'
export * from './codes.js'
export { verifyProof } from './commitment/index.js'
export { schedule, unschedule } from './due.js'
export { parseGenesis } from './genesis.js'
export { type ApplicationOptions, createApplication } from './machine.js'
export { lowerBound, memoryStorage } from './memory.js'
export * from './module.js'
export {
  LedgerReplay,
  type RecordedBlock,
  type ReplayFault,
  type ReplayOptions,
  type ReplayReport,
  replayLedger,
} from './replay.js'
export * from './store.js'
export type * from './types.js'
