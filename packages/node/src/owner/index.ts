export { type AnnouncePorts, Announcer } from './announce.js'
export { ownTerms } from './contents.js'
export { type Owner, ownerOf } from './identity.js'
export { accepted, submitSigned, type TransactionPorts } from './transactions.js'
