export * from './api/index.js'
export * from './config/index.js'
export {
  KEY_CODES,
  newSeeds,
  readKeyFile,
  readOrCreateAdminToken,
  readOrCreateKeyFile,
  type Seeds,
  withPassphrase,
  writeKeyFile,
} from './keys/index.js'
export { createLogger, type Logger, type LogLevel } from './log/index.js'
export { type Node, type NodePorts, startNode, VERSION } from './node.js'
export { type Owner, ownerOf } from './owner/index.js'
export { POLICY_CODES, type Policy, PolicySchema, parsePolicy } from './policy/index.js'
