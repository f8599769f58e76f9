import type { RoundView, SessionView } from './types.js'

/** A round from 1,000 to 11,000 ms with a trial of two seconds; for tests. */
export function round(changes: Partial<RoundView> = {}): RoundView {
  return {
    round: 1,
    kind: 'time',
    state: 'trial',
    startedAt: 1_000,
    trialUntil: 3_000,
    endsAt: 11_000,
    amount: '0',
    paidAt: null,
    ...changes,
  }
}

/** A live session in its first round; for tests. */
export function session(changes: Partial<SessionView> = {}): SessionView {
  return {
    sid: 's1',
    role: 'provider',
    state: 'live',
    peer: 'did:key:zPeer',
    peerName: null,
    offer: 'o1',
    offerName: null,
    asset: 'credit',
    openedAt: 1_000,
    closedAt: null,
    reason: null,
    bytesUp: '0',
    bytesDown: '0',
    owed: '0',
    paid: '0',
    settled: '0',
    accessUntil: 3_000,
    roundsPaid: 0,
    rounds: [round()],
    ...changes,
  }
}
