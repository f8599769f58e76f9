export { readOrCreateAdminToken, sameToken } from './admin-token.js'
export { KEY_CODES, type KeyCode } from './codes.js'
export { replaceFile } from './replace-file.js'
export { newSeeds, readKeyFile, readOrCreateKeyFile, type Seeds, writeKeyFile } from './seed-file.js'
