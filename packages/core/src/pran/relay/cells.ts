import type { AssociationStep } from './association.js'
import type { NearestIndex } from './nearest.js'

export interface CellChoice {
  /** Strongest cell, −1 if none is in range. */
  readonly cell: Int32Array
  /** Received power of it, −Infinity without. */
  readonly rsrpDbm: Float64Array
  readonly sinrDb: Float64Array
  /** What it alone would give, Mbit/s. */
  readonly cellMbps: Float64Array
}

/** Strongest of the nearest cells for every terminal; the other measured ones interfere. */
export function chooseCells(step: AssociationStep, index: NearestIndex): CellChoice {
  const count = step.terminals.xM.length
  const choice = {
    cell: new Int32Array(count).fill(-1),
    rsrpDbm: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    sinrDb: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    cellMbps: new Float64Array(count),
  }
  const noiseMw = 10 ** (step.rules.noiseDbm / 10)
  for (let terminal = 0; terminal < count; terminal++) chooseCell(step, index, noiseMw, terminal, choice)
  return choice
}

function chooseCell(
  step: AssociationStep,
  index: NearestIndex,
  noiseMw: number,
  terminal: number,
  choice: CellChoice,
): void {
  const { rules, terminals } = step
  const near = index.find(
    terminals.xM[terminal] ?? 0,
    terminals.yM[terminal] ?? 0,
    rules.cellsMeasured,
    rules.cellRangeM,
  )
  let [best, bestDbm, totalMw] = [-1, Number.NEGATIVE_INFINITY, 0]
  for (let i = 0; i < near.count; i++) {
    const cell = near.ids[i] ?? 0
    const level = step.receivedDbm(terminal, cell, Math.sqrt(near.squaredM[i] ?? 0))
    totalMw += 10 ** (level / 10)
    if (level > bestDbm) [best, bestDbm] = [cell, level]
  }
  if (best < 0) return
  const bestMw = 10 ** (bestDbm / 10)
  const sinrDb = 10 * Math.log10(bestMw / (noiseMw + rules.neighbourLoad * Math.max(0, totalMw - bestMw)))
  choice.cell[terminal] = best
  choice.rsrpDbm[terminal] = bestDbm
  choice.sinrDb[terminal] = sinrDb
  choice.cellMbps[terminal] = step.cellRateMbps(sinrDb)
}
