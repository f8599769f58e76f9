import type { BalanceView } from '../api/types.js'
import { useWallet } from '../hooks/queries.js'
import { Credits } from '../parts/Credits.js'
import { CopyButton, ShortId } from '../parts/Identifier.js'
import { Empty, Loaded } from '../parts/Notice.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'

const COLUMNS: readonly Column<BalanceView>[] = [
  { head: 'Asset', names: true, cell: b => b.asset },
  { head: 'Free', numeric: true, cell: b => <Credits micro={b.balance} aligned /> },
  { head: 'Held', numeric: true, cell: b => <Credits micro={b.held} aligned /> },
  { head: 'Debt', numeric: true, cell: b => <Credits micro={b.debt} aligned /> },
]

/** What this owner has: free, held in escrow, owed to others. */
export function BalancesPanel() {
  const query = useWallet()
  return (
    <Panel title="Balances" note="Held: locked for sessions under way. Debt: paid first from later income.">
      <Loaded query={query}>
        {wallet => (
          <>
            {wallet.balances.length === 0 ? (
              <Empty title="No credit yet">
                Credit arrives when clients pay for service, or when somebody transfers some to the address below.
              </Empty>
            ) : (
              <Table caption="Balances per asset" columns={COLUMNS} rows={wallet.balances} rowKey={b => b.asset} />
            )}
            <p className="flex flex-wrap items-baseline gap-2 border-line border-t px-4 py-3 text-sm md:px-5">
              <span className="text-muted">Address to receive at</span>
              <ShortId text={wallet.did} />
              <CopyButton text={wallet.did} what="the address" />
            </p>
          </>
        )}
      </Loaded>
    </Panel>
  )
}
