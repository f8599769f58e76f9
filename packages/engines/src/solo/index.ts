export { type BlockLog, type LogFile, type LogFs, nodeFs, openBlockLog } from './log/index.js'
export { openReplica, type Replica, type ReplicaOptions } from './replica.js'
export { openSolo, type SoloOptions } from './solo.js'
export { memoryState, openLmdbState, type State } from './state/index.js'
