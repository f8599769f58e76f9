export { type BoardPorts, SessionBoard } from './board.js'
export { EventHub, type HubEvent } from './hub.js'
export type { RoundState, RoundView, SessionView } from './views.js'
