export { type ProvenAccount, proveAccount } from './account.js'
export { readAnchors } from './trust.js'
