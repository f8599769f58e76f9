import type { SessionView } from '../api/types.js'
import { formatBytes } from '../format/bytes.js'
import { reasonWords } from '../format/codes.js'
import { formatDuration, formatMoment } from '../format/time.js'
import { usePages } from '../hooks/pages.js'
import { usePastSessions } from '../hooks/queries.js'
import { Credits } from '../parts/Credits.js'
import { Who } from '../parts/Identifier.js'
import { Empty, Loaded } from '../parts/Notice.js'
import { Pager } from '../parts/Pager.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'

const COLUMNS: readonly Column<SessionView>[] = [
  { head: 'Peer', names: true, cell: s => <Who name={s.peerName} did={s.peer} /> },
  {
    head: 'Role',
    cell: s => <span className="whitespace-nowrap">{s.role === 'provider' ? 'We served' : 'We used'}</span>,
  },
  {
    head: 'Ended',
    cell: s => (s.closedAt === null ? '–' : <span className="md:whitespace-nowrap">{formatMoment(s.closedAt)}</span>),
  },
  { head: 'Lasted', numeric: true, cell: s => formatDuration((s.closedAt ?? s.openedAt) - s.openedAt) },
  { head: 'Rounds paid', numeric: true, cell: s => s.roundsPaid },
  { head: 'Carried', numeric: true, cell: s => formatBytes(BigInt(s.bytesUp) + BigInt(s.bytesDown)) },
  { head: 'Paid of owed', numeric: true, cell: s => <PaidOf session={s} /> },
  { head: 'Why it ended', cell: s => reasonWords(s.reason) },
]

function PaidOf({ session }: { readonly session: SessionView }) {
  return (
    <span className="inline-block">
      <span className="block">
        <Credits micro={session.paid} aligned />
      </span>
      <span className="block text-muted text-sm">
        of <Credits micro={session.owed} aligned />
      </span>
    </span>
  )
}

/** Sessions that are over, with the reason. */
export function PastSessionsPanel() {
  const pages = usePages()
  const query = usePastSessions(pages.cursor)
  return (
    <Panel title="Past sessions">
      <Loaded query={query}>
        {page =>
          page.items.length === 0 ? (
            <Empty title="No past sessions">Sessions move here when they end, with the reason.</Empty>
          ) : (
            <>
              <Table caption="Past sessions, newest first" columns={COLUMNS} rows={page.items} rowKey={s => s.sid} />
              <Pager pages={pages} next={page.next} of="past sessions" />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}
