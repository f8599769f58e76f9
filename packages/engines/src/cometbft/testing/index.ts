export { bundle, Mempool } from './mempool.js'
export { missingCometbft } from './missing.js'
export { shiftedApplication } from './shifted.js'
export { newcomer, type Payer, payer, walletGenesis } from './wallet.js'
