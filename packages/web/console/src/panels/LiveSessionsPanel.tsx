import { useLiveSessions } from '../hooks/queries.js'
import { Empty, Loaded } from '../parts/Notice.js'
import { Panel } from '../parts/Panel.js'
import { SessionCard } from './SessionCard.js'

/** What the bars mean, once, in words. */
function Legend() {
  return (
    <p className="border-line border-t px-4 py-2.5 text-muted text-sm md:px-5">
      The bar is the current round: hatched while it is not paid, filled once it is. The upright line is the end of the
      trial, a short mark is an early payment by volume. The small strip shows the rounds before.
    </p>
  )
}

/** Sessions that carry traffic now, as provider or as client. */
export function LiveSessionsPanel({ limit }: { readonly limit?: number }) {
  const query = useLiveSessions()
  return (
    <Panel
      title="Live sessions"
      {...(limit === undefined
        ? {}
        : {
            aside: (
              <a href="#/sessions" className="text-accent underline">
                All sessions
              </a>
            ),
          })}
    >
      <Loaded query={query}>
        {page =>
          page.items.length === 0 ? (
            <Empty title="No live sessions">
              A session appears here as soon as somebody comes online through this node, or this node through another.
            </Empty>
          ) : (
            <>
              <ul className="divide-y divide-line">
                {page.items.slice(0, limit).map(session => (
                  <SessionCard key={session.sid} session={session} />
                ))}
              </ul>
              {page.next !== null && limit === undefined && (
                <p className="border-line border-t px-4 py-2.5 text-muted text-sm md:px-5">
                  The newest {page.items.length} are shown; the node has more.
                </p>
              )}
              <Legend />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}
