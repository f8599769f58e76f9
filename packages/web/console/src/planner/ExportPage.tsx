import { chartSvg, csvFiles, type Summary } from '@conet/sim/page'
import { useState } from 'react'
import { Panel } from '../parts/Panel.js'
import { cashOption, radarOption, tornadoOption } from './chart-options.js'
import { save } from './download.js'
import { type Option, optionPng, optionSvg } from './EChart.js'
import { comparedPlayers, comparisonCsv, radarView } from './panel.js'
import { playingStore } from './player.js'
import { reportHtml } from './report.js'
import { cashCsv, evaluateCase } from './roi.js'
import { runPng } from './run-png.js'
import { scenarioStore } from './scenario-store.js'
import { useStore } from './store.js'
import { TroubleNote } from './TroubleNote.js'
import { problemOf, type Trouble } from './trouble.js'
import { caseStore, panelStore, summaryOf } from './value-store.js'

interface File {
  readonly name: string
  readonly type: string
  readonly content: () => string | Promise<Blob>
}

/** Pictures of the value model by name. */
function valueCharts(summary: Summary | undefined): Readonly<Record<string, Option>> {
  const { evaluation } = panelStore.get()
  const { given, coupled } = caseStore.get()
  const view = evaluateCase(given, coupled ? summary : undefined)
  const radars = comparedPlayers(evaluation).map(({ scores }) => {
    return [`radar-${scores.player}`, radarOption(radarView(evaluation, scores.player, 'secondary'))] as const
  })
  return { ...Object.fromEntries(radars), cash: cashOption(view), tornado: tornadoOption(view) }
}

function runFiles(): File[] {
  const playing = playingStore.get()
  const summary = summaryOf(playing)
  if (summary === undefined || playing.result === undefined) return []
  const tables = Object.entries(csvFiles(summary, [playing.result])).map(([name, text]) => {
    return { name, type: 'text/csv', content: () => text }
  })
  const charts = (['rates', 'course', 'hops', 'coverage'] as const).map(name => {
    return { name: `chart-${name}.svg`, type: 'image/svg+xml', content: () => chartSvg(summary, name) }
  })
  const maps = (['none', 'without', 'with'] as const).map(background => {
    const name = background === 'none' ? 'map.png' : `map-coverage-${background}.png`
    return { name, type: 'image/png', content: () => runPng(playing, background) }
  })
  return [...tables, ...charts, ...maps]
}

function valueFiles(summary: Summary | undefined): File[] {
  const { given, coupled } = caseStore.get()
  const charts = Object.entries(valueCharts(summary)).flatMap(([name, option]) => [
    { name: `${name}.svg`, type: 'image/svg+xml', content: () => optionSvg(option) },
    { name: `${name}.png`, type: 'image/png', content: () => optionPng(option) },
  ])
  return [
    { name: 'comparison.csv', type: 'text/csv', content: () => comparisonCsv(panelStore.get().evaluation) },
    {
      name: 'cash-flow.csv',
      type: 'text/csv',
      content: () => cashCsv(evaluateCase(given, coupled ? summary : undefined)),
    },
    ...charts,
  ]
}

interface FilesProps {
  readonly files: readonly File[]
  readonly onTrouble: (trouble: Trouble | undefined) => void
}

function Files({ files, onTrouble }: FilesProps) {
  const hand = async ({ name, type, content }: File) => {
    try {
      save(name, type, await content())
      onTrouble(undefined)
    } catch (error) {
      onTrouble(problemOf(error))
    }
  }
  return (
    <ul className="flex flex-wrap gap-2 px-4 py-4 md:px-5">
      {files.map(file => (
        <li key={file.name}>
          <button type="button" className="button" onClick={() => void hand(file)}>
            {file.name}
          </button>
        </li>
      ))}
    </ul>
  )
}

function report(): string {
  const playing = playingStore.get()
  const summary = summaryOf(playing)
  const { given, coupled } = caseStore.get()
  const { evaluation, illustrative } = panelStore.get()
  return reportHtml({
    scenario: playing.scenario ?? scenarioStore.get().scenario,
    summary,
    evaluation,
    illustrativePanel: illustrative,
    roi: evaluateCase(given, coupled ? summary : undefined),
    coupled: coupled && summary !== undefined,
    charts: Object.fromEntries(Object.entries(valueCharts(summary)).map(([name, option]) => [name, optionSvg(option)])),
  })
}

/** One report in one file, and everything in it as tables and pictures. */
export default function ExportPage() {
  const summary = summaryOf(useStore(playingStore))
  const [trouble, setTrouble] = useState<Trouble>()
  const html: File = { name: 'planner-report.html', type: 'text/html', content: report }
  return (
    <>
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      <Panel title="Report" note="One file with everything inside: no script, nothing from a network">
        <Files files={[html]} onTrouble={setTrouble} />
      </Panel>
      <Panel title="Run" note="Tables and pictures of the finished run">
        {summary === undefined ? (
          <p className="px-4 py-4 text-muted md:px-5">
            There is no finished run yet; the report then has value and return only.
          </p>
        ) : (
          <Files files={runFiles()} onTrouble={setTrouble} />
        )}
      </Panel>
      <Panel title="Value and return" note="Tables and pictures">
        <Files files={valueFiles(summary)} onTrouble={setTrouble} />
      </Panel>
    </>
  )
}
