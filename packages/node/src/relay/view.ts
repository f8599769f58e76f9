import type { Session } from '@conet/client'
import type { SessionView } from '../events/index.js'

/** A nested session in the form of the API: here this node is the client. What the ledger settled is for the provider to say. */
export function viewUpstream(session: Session): SessionView {
  const { grant, state, offer } = session
  const { promised, meter, ack } = state
  return {
    sid: grant.sid,
    role: 'client',
    state: session.ended ? 'closed' : 'live',
    peer: grant.provider,
    peerName: null,
    offer: grant.offer,
    offerName: offer.name ?? null,
    asset: grant.terms.tariff.asset,
    openedAt: session.grantedAt,
    closedAt: null,
    reason: state.reason ?? null,
    bytesUp: meter.bytesUp.toString(),
    bytesDown: meter.bytesDown.toString(),
    owed: (promised?.statement.owed ?? 0n).toString(),
    paid: session.paid.toString(),
    settled: '0',
    // In this node's own time: the two clocks are never compared.
    accessUntil: session.grantedAt + ((ack?.accessUntil ?? grant.accessUntil) - grant.at),
    roundsPaid: state.paidRounds,
    rounds: [],
  }
}
