import type { Page, SessionView } from '../api/types.js'
import { formatBytes } from '../format/bytes.js'
import { useConnection } from '../hooks/api.js'
import { useNow } from '../hooks/now.js'
import { useLiveSessions, useToday } from '../hooks/queries.js'
import { Credits } from '../parts/Credits.js'
import { Stat } from '../parts/Stat.js'

const carried = (sessions: readonly SessionView[]) =>
  sessions.reduce((sum, session) => sum + BigInt(session.bytesUp) + BigInt(session.bytesDown), 0n)

const sessionCount = (page: Page<SessionView>) => `${page.items.length}${page.next === null ? '' : '+'}`

/** The day and the moment in five figures. */
export function FiguresPanel() {
  const { activity } = useConnection()
  const now = useNow()
  const today = useToday().data
  const live = useLiveSessions().data
  const none = <span className="text-muted">–</span>
  return (
    <section aria-labelledby="figures" className="rounded-lg border border-line bg-surface">
      <h2 id="figures" className="sr-only">
        Figures
      </h2>
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(min(9rem,100%),1fr))] gap-y-1 py-1 md:grid-cols-5">
        <Stat name="Earned today" note={today?.whole === false ? 'credit, at least' : 'credit'}>
          {today === undefined ? none : <Credits micro={today.earned} />}
        </Stat>
        <Stat name="Spent today" note={today?.whole === false ? 'credit, at least' : 'credit'}>
          {today === undefined ? none : <Credits micro={today.spent} />}
        </Stat>
        <Stat name="Live sessions" note="now">
          {live === undefined ? none : sessionCount(live)}
        </Stat>
        <Stat name="Rounds paid" note="in the last minute">
          {activity.roundsPerMinute(now)}
        </Stat>
        <Stat name="Carried" note="by live sessions">
          {live === undefined ? none : formatBytes(carried(live.items))}
        </Stat>
      </dl>
    </section>
  )
}
