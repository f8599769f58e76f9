import type { MeterEvent, NodeEvent, RoundEvent, SessionView } from './types.js'

/** Sessions kept on the page; the node pages the rest. */
export const LIVE_LIMIT = 50
const ROUNDS_KEPT = 12

function withRound(session: SessionView, event: RoundEvent): SessionView {
  const others = session.rounds.filter(round => round.round !== event.round.round)
  const known = session.rounds.find(round => round.round === event.round.round)
  const nowPaid = event.round.state === 'paid' && known?.state !== 'paid'
  return {
    ...session,
    owed: event.owed,
    paid: event.paid,
    accessUntil: event.accessUntil,
    roundsPaid: session.roundsPaid + (nowPaid ? 1 : 0),
    rounds: [...others, event.round].sort((a, b) => a.round - b.round).slice(-ROUNDS_KEPT),
  }
}

function withMeter(sessions: readonly SessionView[], event: MeterEvent): readonly SessionView[] {
  const counts = new Map(event.sessions.map(count => [count.sid, count]))
  return sessions.map(session => {
    const count = counts.get(session.sid)
    return count === undefined ? session : { ...session, bytesUp: count.bytesUp, bytesDown: count.bytesDown }
  })
}

function withSession(sessions: readonly SessionView[], changed: SessionView): readonly SessionView[] {
  if (changed.state === 'closed') return sessions.filter(session => session.sid !== changed.sid)
  const known = sessions.some(session => session.sid === changed.sid)
  if (known) return sessions.map(session => (session.sid === changed.sid ? changed : session))
  return [changed, ...sessions].slice(0, LIVE_LIMIT)
}

/** The live sessions after one event; the same array when the event does not touch them. */
export function applyEvent(sessions: readonly SessionView[], event: NodeEvent): readonly SessionView[] {
  switch (event.type) {
    case 'session':
      return withSession(sessions, event.data)
    case 'round':
      return sessions.map(session => (session.sid === event.data.sid ? withRound(session, event.data) : session))
    case 'meter':
      return withMeter(sessions, event.data)
    default:
      return sessions
  }
}

const TYPES: ReadonlySet<string> = new Set(['session', 'round', 'meter', 'block', 'offers', 'balance'])

/** Reads one message of the stream; `undefined` for kinds this page does not know and for broken JSON. */
export function readEvent(type: string, data: string): NodeEvent | undefined {
  if (!TYPES.has(type)) return undefined
  try {
    return { type, data: JSON.parse(data) } as NodeEvent
  } catch {
    return undefined
  }
}
