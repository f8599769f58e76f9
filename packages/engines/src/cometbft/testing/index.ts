export { missingCometbft } from './missing.js'
export { shiftedApplication } from './shifted.js'
