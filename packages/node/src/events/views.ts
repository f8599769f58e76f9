import type { SessionView as ProviderSession } from '../provider/contract.js'

/** `trial`: served, not paid. `due`: statement sent, voucher awaited. `paid`: voucher stored. `cut`: ended unpaid. */
export type RoundState = 'trial' | 'due' | 'paid' | 'cut'

/** One round as the console shows it; moments in Unix milliseconds, amounts in decimal text. */
export interface RoundView {
  readonly round: number
  /** `volume`: stated early because half of the free quota was used. */
  readonly kind: 'time' | 'volume'
  readonly state: RoundState
  readonly startedAt: number
  readonly trialUntil: number
  readonly endsAt: number
  /** Price of this round alone; `0` while it is not stated. */
  readonly amount: string
  readonly paidAt: number | null
}

/** One session as the console shows it. */
export interface SessionView {
  readonly sid: string
  readonly role: 'provider' | 'client'
  readonly state: 'live' | 'closed'
  readonly peer: string
  readonly peerName: string | null
  readonly offer: string
  readonly offerName: string | null
  readonly asset: string
  readonly openedAt: number
  readonly closedAt: number | null
  readonly reason: string | null
  readonly bytesUp: string
  readonly bytesDown: string
  readonly owed: string
  readonly paid: string
  readonly settled: string
  readonly accessUntil: number
  readonly roundsPaid: number
  readonly rounds: readonly RoundView[]
}

/** A session of the provider in the form of the API. */
export function viewSession(
  session: ProviderSession,
  rounds: readonly RoundView[],
  offerName: string | null,
): SessionView {
  return {
    sid: session.sid,
    role: 'provider',
    state: session.phase === 'closed' ? 'closed' : 'live',
    peer: session.client,
    peerName: null,
    offer: session.offer,
    offerName,
    asset: session.asset,
    openedAt: session.openedAt,
    closedAt: session.closedAt ?? null,
    reason: session.reason ?? null,
    bytesUp: session.bytesUp.toString(),
    bytesDown: session.bytesDown.toString(),
    owed: session.owed.toString(),
    paid: session.promised.toString(),
    settled: session.settled.toString(),
    accessUntil: session.accessUntil,
    roundsPaid: session.roundsPaid,
    rounds,
  }
}
