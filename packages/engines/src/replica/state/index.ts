export { readCheckpoint } from './checkpoint.js'
export { openLmdbState, REBUILD } from './lmdb-state.js'
export { memoryState } from './memory-state.js'
export type { Checkpoint, State } from './state.js'
