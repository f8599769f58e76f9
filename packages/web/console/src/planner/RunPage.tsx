import { useMemo } from 'react'
import { Field } from '../parts/Field.js'
import { Empty } from '../parts/Notice.js'
import { Panel } from '../parts/Panel.js'
import { type Column, Table } from '../parts/Table.js'
import { courseOption } from './chart-options.js'
import { type Moment, momentOf } from './course.js'
import { EChart } from './EChart.js'
import {
  type Playing,
  pause,
  play,
  playingStore,
  reset,
  SPEEDS,
  type Speed,
  setSeed,
  setSpeed,
  step,
} from './player.js'
import { ResultPanel } from './ResultPanel.js'
import { RunMap } from './RunMap.js'
import { scenarioStore } from './scenario-store.js'
import { useStore } from './store.js'
import { TroubleNote } from './TroubleNote.js'

const WORDS: Readonly<Record<Playing['state'], string>> = {
  idle: 'Not started',
  playing: 'Playing',
  paused: 'Paused',
  done: 'Finished',
  failed: 'Stopped by an error',
}

function Controls({ playing }: { readonly playing: Playing }) {
  const { scenario } = useStore(scenarioStore)
  const { state } = playing
  // A run plays the scenario it began with; edits count from the next start.
  const target = playing.scenario ?? scenario
  const over = state === 'done' || state === 'failed' || target === undefined
  const shownTime = playing.frame === undefined ? '' : `, ${playing.frame.timeS} s of ${target?.durationS} s`
  return (
    <div className="flex flex-wrap items-end gap-3 px-4 py-3 md:px-5">
      <button
        type="button"
        className="button button-main"
        disabled={over}
        onClick={() => (state === 'playing' ? pause() : target !== undefined && play(target))}
      >
        {state === 'playing' ? 'Pause' : 'Play'}
      </button>
      <button
        type="button"
        className="button"
        disabled={over || state === 'playing'}
        onClick={() => target !== undefined && step(target)}
      >
        Step
      </button>
      <button type="button" className="button" disabled={state === 'idle'} onClick={reset}>
        Start over
      </button>
      <Field label="Speed">
        {ids => (
          <select {...ids} className="field" value={playing.speed} onChange={e => setSpeed(e.target.value as Speed)}>
            {Object.keys(SPEEDS).map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Seed">
        {ids => (
          <input
            {...ids}
            type="number"
            min={0}
            max={4294967295}
            className="field w-28"
            value={playing.seed}
            onChange={e => setSeed(Math.min(4294967295, Math.max(0, Math.trunc(e.target.valueAsNumber) || 0)))}
          />
        )}
      </Field>
      <p role="status" className="py-2 text-muted">
        {WORDS[state]}
        {shownTime}
      </p>
    </div>
  )
}

interface Row {
  readonly name: string
  readonly without: string
  readonly with: string
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'Figure', cell: row => row.name, names: true },
  { head: 'Without P-RAN', cell: row => row.without, numeric: true },
  { head: 'With P-RAN', cell: row => row.with, numeric: true },
]

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

function rowsOf(moment: Moment): Row[] {
  const { coverage, deliveredMB } = moment
  const only = (name: string, value: string): Row => ({ name, without: '–', with: value })
  return [
    {
      name: 'Covered by a cell, or served by a sharer now',
      without: percent(coverage.without),
      with: percent(coverage.with),
    },
    { name: 'Delivered, MB', without: deliveredMB.without.toFixed(1), with: deliveredMB.with.toFixed(1) },
    only('Users served now', String(moment.users)),
    only('Of these over sharers', String(moment.relayed)),
    only('Sharers that relay', String(moment.sharers)),
    only('Earned by sharers, credits', moment.earned.toFixed(3)),
    only('Left in the pool, credits', moment.pool.toFixed(2)),
  ]
}

function Live({ playing }: { readonly playing: Playing }) {
  const { frame, scenario, course } = playing
  const option = useMemo(() => courseOption(course), [course])
  if (frame === undefined || scenario === undefined) {
    return <Empty title="Nothing has been played yet">Press Play, or Step for one step at a time.</Empty>
  }
  return (
    <>
      <Table
        caption="Live figures without and with P-RAN"
        columns={COLUMNS}
        rows={rowsOf(momentOf(frame, scenario.relay.serviceMbps))}
        rowKey={row => row.name}
      />
      <EChart label="Delivered traffic over time, without and with P-RAN" option={option} />
    </>
  )
}

/** Plays the scenario in this browser. */
export default function RunPage() {
  const { scenario, trouble } = useStore(scenarioStore)
  const playing = useStore(playingStore)
  const shown = playing.scenario ?? scenario
  const changed = playing.scenario !== undefined && playing.scenario !== scenario
  return (
    <>
      <Panel title={shown?.title ?? 'Run'} note="Played by this browser; the node does not notice">
        <Controls playing={playing} />
        {changed && (
          <p className="px-4 pb-3 text-muted md:px-5">The scenario was edited since: start over to play it.</p>
        )}
        {trouble !== undefined && playing.scenario === undefined && <TroubleNote trouble={trouble} />}
        {playing.trouble !== undefined && <TroubleNote trouble={playing.trouble} />}
      </Panel>
      <div className="grid items-start gap-4 lg:grid-cols-[3fr_2fr] [&>*]:min-w-0">
        <Panel title="Map" note="Who has service, and over whom">
          {shown !== undefined && <RunMap scenario={shown} frame={playing.frame} maps={playing.result?.maps} />}
        </Panel>
        <Panel title="Without and with P-RAN" note="The same people and traffic in both worlds">
          <Live playing={playing} />
        </Panel>
      </div>
      {playing.result !== undefined && <ResultPanel playing={playing} />}
    </>
  )
}
