import { readText } from '@conet/sim/batch'
import { findWeakCells, measurementsFromCsv, type WeakReport } from '@conet/sim/input'
import { EXIT } from '../exit.js'
import type { Output } from '../output.js'
import { type Options, whole } from '../value/read.js'

/** Rows shown to people; `--json` has all. */
const SHOWN = 20

/** `conet sim weak MEASUREMENTS.csv`. @throws SimError of the file and its rows */
export function weakCommand(out: Output, file: string, options: Options): number {
  const { list, sentinels } = measurementsFromCsv(readText(file))
  const report = findWeakCells(list, {
    resolution: whole(options, 'resolution', 6, 12),
    thresholdDbm: Number(options.threshold),
    devices: whole(options, 'devices', 1, 1_000),
  })
  out.result({ measurements: list.length, sentinels, ...report }, () => text(out, report, list.length, sentinels))
  return EXIT.ok
}

function text(out: Output, report: WeakReport, count: number, sentinels: number): string {
  const rmse = (value: number | null) => (value === null ? 'not defined (too few)' : `${value.toFixed(1)} dB`)
  const rows = report.hexagons
    .slice(0, SHOWN)
    .map(one => [
      one.id,
      one.medianDbm.toFixed(1),
      String(one.count),
      String(one.devices),
      (one.weakShare * 100).toFixed(0),
      one.weak ? 'weak' : '',
    ])
  const { prior, clusters, hexagons } = report
  return [
    `${count} measurements in ${hexagons.length} hexagons, ${sentinels} without a level left out`,
    out.table(['H3 cell', 'median dBm', 'n', 'devices', 'weak, %', ''], rows),
    ...(hexagons.length > SHOWN ? [`… ${hexagons.length - SHOWN} more with --json`] : []),
    `weak areas: ${clusters.length} (${clusters.map(cluster => cluster.length).join(', ') || 'none'} hexagons)`,
    `prior: ${(prior.share * 100).toFixed(1)} % weak, worth ${prior.strength.toFixed(1)} measurements${prior.fitted ? '' : ' (not fitted: nothing varies)'}`,
    `left out and foretold: measurements ${rmse(report.rmseDb.point)}, hexagons ${rmse(report.rmseDb.cell)} (RMSE)`,
  ].join('\n')
}
