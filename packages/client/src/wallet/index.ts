export { hexOf, newNonce, type Wallet, walletFromSeed } from './wallet.js'
