export { type Fault, type FaultFs, faultFs } from './fault-fs.js'
export { type LedgerServer, serveLedger } from './ledger-server.js'
export { tinyApplication } from './tiny-application.js'
export { TINY_GENESIS, tinySigner, tinyTx } from './tiny-signer.js'
