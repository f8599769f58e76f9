import { useRef, useState } from 'react'
import type { CommittedBlock } from '../api/types.js'
import { formatClock } from '../format/time.js'
import { PAGE_SIZE, useBlocks, useNode } from '../hooks/queries.js'
import { useThrottled } from '../hooks/throttled.js'
import { ShortId } from '../parts/Identifier.js'
import { Empty, Loaded } from '../parts/Notice.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'
import { BlockDetail } from './BlockDetail.js'

const events = (block: CommittedBlock) =>
  block.result.results.reduce((sum, result) => sum + result.events.length, block.result.scheduled.length)

function columns(open: (block: CommittedBlock, from: HTMLElement) => void): readonly Column<CommittedBlock>[] {
  return [
    {
      head: 'Block',
      names: true,
      cell: b => (
        <button type="button" className="text-accent underline" onClick={event => open(b, event.currentTarget)}>
          <span className="sr-only">Block </span>
          {b.height.toLocaleString('en')}
        </button>
      ),
    },
    { head: 'Time', cell: b => formatClock(b.timeMs) },
    { head: 'Transactions', numeric: true, cell: b => b.txs.length },
    { head: 'Events', numeric: true, cell: events },
    { head: 'App hash', cell: b => <ShortId text={b.result.appHash} head={10} /> },
  ]
}

interface PagingProps {
  readonly top: number
  readonly newest: number
  readonly onTop: (top: number | undefined) => void
}

function Paging({ top, newest, onTop }: PagingProps) {
  const later = top + PAGE_SIZE >= newest ? undefined : top + PAGE_SIZE
  return (
    <nav
      aria-label="Pages of blocks"
      className="flex flex-wrap justify-between gap-3 border-line border-t px-4 py-3 md:px-5"
    >
      <button type="button" className="button" disabled={top >= newest} onClick={() => onTop(later)}>
        Newer
      </button>
      <button type="button" className="button" disabled={top <= PAGE_SIZE} onClick={() => onTop(top - PAGE_SIZE)}>
        Older
      </button>
    </nav>
  )
}

/** Recent blocks; the newest page follows the ledger, an older one stands still. */
export function BlocksPanel() {
  const newest = useThrottled(useNode().data?.height, 1_000)
  const [fixed, setFixed] = useState<number>()
  const [shown, setShown] = useState<CommittedBlock>()
  const opener = useRef<HTMLElement>(null)
  const top = fixed ?? newest
  const query = useBlocks(top)
  const open = (block: CommittedBlock, from: HTMLElement) => {
    opener.current = from
    setShown(block)
  }
  const close = () => {
    setShown(undefined)
    opener.current?.focus()
  }
  return (
    <div className={shown === undefined ? '' : 'grid items-start gap-4 lg:grid-cols-2 [&>*]:min-w-0'}>
      <Panel title="Blocks" note={fixed === undefined ? 'Follows the newest block' : 'Older blocks, standing still'}>
        <Loaded query={query}>
          {blocks =>
            blocks.length === 0 ? (
              <Empty title="No blocks yet">The first transaction makes the first block.</Empty>
            ) : (
              <Table
                caption="Blocks, newest first"
                columns={columns(open)}
                rows={blocks}
                rowKey={b => String(b.height)}
              />
            )
          }
        </Loaded>
        {top !== undefined && newest !== undefined && <Paging top={top} newest={newest} onTop={setFixed} />}
      </Panel>
      {shown !== undefined && <BlockDetail key={shown.height} block={shown} onClose={close} />}
    </div>
  )
}
