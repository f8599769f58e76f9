export { nativeSha256, nativeSigner, nativeVerify } from './native.js'
export { nodePorts } from './node.js'
export type * from './types.js'
