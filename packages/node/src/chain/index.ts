export { type ExitOptions, startExit } from './exit.js'
export { type CarryEvent, type RelayHandle, type RelayOptions, startRelay } from './relay.js'
