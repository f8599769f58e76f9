import type { SessionView } from '../api/types.js'
import { formatBytes } from '../format/bytes.js'
import { currentRound, roundWords } from '../format/round.js'
import { formatDuration } from '../format/time.js'
import { useNow } from '../hooks/now.js'
import { Credits } from '../parts/Credits.js'
import { ShortId } from '../parts/Identifier.js'
import { RoundBar, RoundStrip } from '../parts/RoundBar.js'
import { StateBadge } from '../parts/StateBadge.js'

function Money({ session }: { readonly session: SessionView }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] content-start gap-x-4">
      <dt className="text-muted">Paid</dt>
      <dd className="text-right">
        <Credits micro={session.paid} />
      </dd>
      <dt className="text-muted">Owed</dt>
      <dd className="text-right">
        <Credits micro={session.owed} />
      </dd>
    </dl>
  )
}

function Traffic({ session }: { readonly session: SessionView }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] content-start gap-x-4">
      <dt className="text-muted">Down</dt>
      <dd className="text-right">{formatBytes(session.bytesDown)}</dd>
      <dt className="text-muted">Up</dt>
      <dd className="text-right">{formatBytes(session.bytesUp)}</dd>
    </dl>
  )
}

function Peer({ session, now }: { readonly session: SessionView; readonly now: number }) {
  return (
    <div className="min-w-0">
      <h3 className="truncate font-semibold">{session.peerName ?? <ShortId text={session.peer} head={12} />}</h3>
      <p className="truncate text-muted text-sm">
        {session.role === 'provider' ? 'Client of ' : 'We use '}
        {session.offerName ?? session.offer}
      </p>
      <p className="text-muted text-sm">for {formatDuration(now - session.openedAt)}</p>
    </div>
  )
}

/** One live session: who, the current round ticking, traffic and money. */
export function SessionCard({ session }: { readonly session: SessionView }) {
  const now = useNow()
  const round = currentRound(session, now)
  return (
    <li className="grid gap-x-6 gap-y-3 px-4 py-4 md:grid-cols-[11rem_1fr_20rem] md:px-5">
      <Peer session={session} now={now} />
      <div className="min-w-0 space-y-1.5">
        {round === undefined ? (
          <p className="text-muted">The first round is about to begin.</p>
        ) : (
          <>
            <p className="flex flex-wrap items-center justify-between gap-x-3">
              <span className="flex flex-wrap items-center gap-x-2">
                <StateBadge state={round.state} />
                <span>{roundWords(round, now)}</span>
              </span>
              <span className="text-muted text-sm">Round {round.round}</span>
            </p>
            <RoundBar session={session} now={now} />
            <RoundStrip rounds={session.rounds} />
          </>
        )}
      </div>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(7rem,100%),1fr))] gap-x-6 [&>*]:min-w-0">
        <Traffic session={session} />
        <Money session={session} />
      </div>
    </li>
  )
}
