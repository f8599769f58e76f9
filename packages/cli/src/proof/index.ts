export { type ProvenAccount, proveAccount } from './account.js'
