import { useMemo, useState } from 'react'
import { Field } from '../parts/Field.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'
import { radarOption } from './chart-options.js'
import { EChart } from './EChart.js'
import { comparedPlayers, evaluateText, noteText, type RadarView, radarView } from './panel.js'
import { RoiPanel } from './RoiPanel.js'
import { PickFile } from './ScenarioFiles.js'
import { useStore } from './store.js'
import { TroubleNote } from './TroubleNote.js'
import type { Trouble } from './trouble.js'
import { panelStore } from './value-store.js'

type NetworkRow = RadarView['networks'][number]

const COLUMNS: readonly Column<NetworkRow>[] = [
  { head: 'Network', cell: row => row.name, names: true },
  { head: 'Rank', cell: row => row.rank, numeric: true },
  { head: 'Weighted mean', cell: row => row.overall.toFixed(2), numeric: true },
  { head: 'Radar, order-free mean', cell: row => row.meanRadius.toFixed(2), numeric: true },
]

function PanelFile() {
  const [trouble, setTrouble] = useState<Trouble>()
  return (
    <>
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      <div className="max-w-md px-4 py-3 md:px-5">
        <PickFile
          accept=".csv"
          onTrouble={setTrouble}
          onText={text => panelStore.set({ evaluation: evaluateText(text), illustrative: false, source: 'Your panel' })}
        >
          Open a panel of experts (CSV)
        </PickFile>
      </div>
    </>
  )
}

/** Says that numbers are made up; nobody may take them for a finding. */
function MadeUp({ what }: { readonly what: string }) {
  return (
    <p className="mx-4 mt-3 rounded-md border border-warn px-3 py-2 md:mx-5">
      <strong>Illustrative.</strong> {what}
    </p>
  )
}

function Comparison() {
  const { evaluation, illustrative, source } = useStore(panelStore)
  const [player, setPlayer] = useState('user')
  const [detail, setDetail] = useState<'primary' | 'secondary'>('secondary')
  const players = comparedPlayers(evaluation)
  const chosen = players.find(one => one.scores.player === player) ?? players[0]
  const view = useMemo(
    () => radarView(evaluation, chosen?.scores.player ?? '', detail),
    [evaluation, chosen?.scores.player, detail],
  )
  const option = useMemo(() => radarOption(view), [view])
  return (
    <Panel
      title="Value for each player"
      note={`${source}: ${evaluation.experts.length} experts, ${evaluation.rounds} rounds`}
    >
      {illustrative && <MadeUp what="This panel is synthetic: made up to show the method, no expert was asked." />}
      <PanelFile />
      <div className="flex flex-wrap gap-3 px-4 md:px-5">
        <Field label="Player">
          {ids => (
            <select {...ids} className="field" value={chosen?.scores.player} onChange={e => setPlayer(e.target.value)}>
              {players.map(({ scores }) => (
                <option key={scores.player} value={scores.player}>
                  {scores.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Indicators">
          {ids => (
            <select
              {...ids}
              className="field"
              value={detail}
              onChange={e => setDetail(e.target.value === 'primary' ? 'primary' : 'secondary')}
            >
              <option value="secondary">secondary: every question</option>
              <option value="primary">primary: means of groups</option>
            </select>
          )}
        </Field>
      </div>
      <div className="grid items-center gap-2 py-3 lg:grid-cols-2 [&>*]:min-w-0">
        <EChart
          tall
          label={`Radar of the ${chosen?.scores.name ?? ''}: networks over ${detail} indicators`}
          option={option}
        />
        <Table caption="Networks compared" columns={COLUMNS} rows={view.networks} rowKey={row => row.id} />
      </div>
      <details className="px-4 pb-4 md:px-5">
        <summary className="py-1 font-medium">What to know about this evaluation</summary>
        <ul className="list-disc pl-5 text-muted">
          {evaluation.notes.map(note => (
            <li key={`${note.code}${note.about ?? ''}`}>
              {noteText(note)} <code className="font-mono text-sm">{note.code}</code>
            </li>
          ))}
          <li>
            The order-free mean is the size of the radar over every order of its axes: its area alone would change with
            the order they are drawn in.
          </li>
        </ul>
      </details>
    </Panel>
  )
}

/** What P-RAN is worth to its players, and whether it pays. */
export default function ValuePage() {
  return (
    <>
      <Comparison />
      <RoiPanel />
    </>
  )
}
