export type { VerifyItem } from './batch.js'
export { nodeSha256, nodeVerify, nodeVerifyOnce, verifyBytes } from './native.js'
export { createVerifyPool, type VerifyPool, verifyInPlace } from './pool.js'
export { type VerifiedCache, verifiedCache } from './verified.js'
