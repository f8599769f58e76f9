export { sameGenesis } from './genesis-file.js'
export { type BlockLog, isErrno, type LogFile, type LogFs, nodeFs, openBlockLog } from './log/index.js'
export { openReplica, type Replica, type ReplicaOptions, readEnvelope, type StateSnapshot } from './replica.js'
export { memoryState, openLmdbState, type State } from './state/index.js'
