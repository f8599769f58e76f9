export { missingCometbft } from './missing.js'
export { shiftedApplication } from './shifted.js'
export { payer, walletGenesis } from './wallet.js'
