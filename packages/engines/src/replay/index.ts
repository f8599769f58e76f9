export { checkBlock, type Difference, runBlock } from './check-block.js'
export { type LedgerSource, type VerifyOptions, type VerifyReport, verifyLedger } from './verify-ledger.js'
