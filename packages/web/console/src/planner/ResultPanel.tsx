import { COMPARED, type Label, shown } from '@conet/sim/page'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'
import type { Playing } from './player.js'
import { summaryOf } from './value-store.js'

interface Row {
  readonly label: Label
  readonly without: number
  readonly with: number
}

const figure = (value: number, { unit }: Label) => `${shown(value, unit)}${unit === '' ? '' : ` ${unit}`}`

const COLUMNS: readonly Column<Row>[] = [
  { head: 'Measure', cell: ({ label }) => label.label, names: true },
  { head: 'Without P-RAN', cell: row => figure(row.without, row.label), numeric: true },
  { head: 'With P-RAN', cell: row => figure(row.with, row.label), numeric: true },
  { head: 'What it is', cell: ({ label }) => label.note },
]

/** What a finished run measured. */
export function ResultPanel({ playing }: { readonly playing: Playing }) {
  const summary = summaryOf(playing)
  if (summary === undefined) return null
  const rows = Object.entries(COMPARED).map(([name, label]) => ({
    label,
    without: summary.metrics[`${name}.without`]?.mean ?? 0,
    with: summary.metrics[`${name}.with`]?.mean ?? 0,
  }))
  return (
    <Panel title="Result" note={`Seed ${playing.seed}. ${summary.notes.join(' ')}`}>
      <Table caption="Result without and with P-RAN" columns={COLUMNS} rows={rows} rowKey={row => row.label.label} />
    </Panel>
  )
}
