import type { Module } from '../../module.js'
import { close } from './close.js'
import { SESSIONS_CODES } from './codes.js'
import { historySums, settledCovers } from './invariants.js'
import type { SessionsNeeds } from './needs.js'
import { open } from './open.js'
import { sessionsParams } from './params.js'
import { escrow, history, ofClient, ofProvider, session } from './queries.js'
import { release } from './release.js'
import { settle } from './settle.js'

export { SESSIONS_CODES } from './codes.js'
export type { Money, SessionsNeeds } from './needs.js'
export { parseVoucher, type Voucher } from './voucher.js'

/** Escrows, settlements and what clients have paid. */
export function sessionsModule(needs: SessionsNeeds): Module {
  return {
    name: 'sessions',
    needs: ['accounts'],
    codes: SESSIONS_CODES,
    params: sessionsParams,
    transitions: { open: open(needs), settle: settle(needs), close: close(needs) },
    scheduled: { release: release(needs) },
    queries: { session, ofClient, ofProvider, escrow: escrow(needs), history: history(needs) },
    invariants: { 'settled-covers': settledCovers, 'history-sums': historySums },
  }
}
