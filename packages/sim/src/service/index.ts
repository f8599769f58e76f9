export { ASSET, Books, type BookTotals, LID } from './books.js'
export { EventClock } from './clock.js'
export { createParty, type Party } from './party.js'
export { Session, type SessionPlan } from './session.js'
