export { createKeystore, openKeystore, openOrCreateKeystore } from './keystore.js'
