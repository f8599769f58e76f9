import type { HistoryEntry } from '../api/types.js'
import { eventWords } from '../format/text.js'
import { formatMoment } from '../format/time.js'
import { usePages } from '../hooks/pages.js'
import { useHistory, useWallet } from '../hooks/queries.js'
import { Credits } from '../parts/Credits.js'
import { ShortId } from '../parts/Identifier.js'
import { Empty, Loaded } from '../parts/Notice.js'
import { Pager } from '../parts/Pager.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'

const COLUMNS: readonly Column<HistoryEntry>[] = [
  { head: 'What', names: true, cell: e => eventWords(e.type) },
  { head: 'When', cell: e => formatMoment(e.timeMs) },
  {
    head: 'Amount',
    numeric: true,
    cell: e => (
      <span className="md:whitespace-nowrap">
        <Credits micro={e.amount} sign={e.direction === 'in' ? '+' : '−'} aligned />{' '}
        <span className="text-muted">{e.asset}</span>
      </span>
    ),
  },
  { head: 'With', cell: e => (e.counterparty === null ? '–' : <ShortId text={e.counterparty} />) },
  { head: 'Block', numeric: true, cell: e => e.height.toLocaleString('en') },
]

/** Every movement of this account on the ledger, newest first. */
export function HistoryPanel() {
  const wallet = useWallet()
  const pages = usePages()
  const query = useHistory(wallet.data?.did, pages.cursor)
  return (
    <Panel title="History">
      <Loaded query={query}>
        {page =>
          page.items.length === 0 ? (
            <Empty title="Nothing has moved yet">
              Transfers and settlements appear here once they are on the ledger.
            </Empty>
          ) : (
            <>
              <Table
                caption="Movements of the account, newest first"
                columns={COLUMNS}
                rows={page.items}
                rowKey={e => e.id}
              />
              <Pager pages={pages} next={page.next} of="the history" />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}
