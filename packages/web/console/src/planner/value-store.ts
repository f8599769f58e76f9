import type { Evaluation } from '@conet/core/valuation'
import { type Summary, summarise } from '@conet/sim/page'
import samplePanel from '../../../../../vectors/panels/synthetic-reference.csv?raw'
import sampleCase from '../../../../../vectors/valuation-case.json?raw'
import type { Draft } from './draft.js'
import { evaluateText } from './panel.js'
import type { Playing } from './player.js'
import { createStore } from './store.js'

export interface PanelState {
  readonly evaluation: Evaluation
  /** Made up to show the method: said wherever it is shown. */
  readonly illustrative: boolean
  readonly source: string
}

export interface CaseState {
  readonly given: Draft
  /** The played run's coverage takes the place of the formula. */
  readonly coupled: boolean
}

/** Experts' answers; at first the illustrative panel. */
export const panelStore = createStore<PanelState>({
  evaluation: evaluateText(samplePanel),
  illustrative: true,
  source: 'Illustrative synthetic panel',
})

/** The operator's case; at first the illustrative one. */
export const caseStore = createStore<CaseState>({ given: JSON.parse(sampleCase) as Draft, coupled: false })

let known: { readonly of: Playing['result']; readonly summary: Summary } | undefined

/** What a finished run shows; `undefined` until it is finished. */
export function summaryOf({ scenario, result }: Playing): Summary | undefined {
  if (scenario === undefined || result === undefined) return undefined
  if (known?.of !== result) known = { of: result, summary: summarise(scenario, [result]) }
  return known.summary
}
