export { exact, millis } from './codec.js'
export type * from './messages.js'
export { type AbciEvent, type AbciServer, startAbciServer } from './server.js'
