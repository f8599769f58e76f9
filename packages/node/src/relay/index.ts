export { RELAY_CODES, type RelayCode } from './codes.js'
export { checkMargin, kept } from './margin.js'
export { Relay, type RelayEvent, type RelayOptions, type RelayTotals } from './relay.js'
