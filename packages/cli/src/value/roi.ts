import { createRandom } from '@conet/core/pran/random'
import {
  type BusinessCase,
  type Coverage,
  caseFromJson,
  crossEffects,
  poissonCoverage,
  reportCase,
  simulateCase,
  tornado,
} from '@conet/core/valuation'
import type { Output } from '../output.js'
import { coverageFrom } from './coverage.js'
import { type Options, readCase, whole } from './read.js'
import { roiText } from './roi-text.js'

/** Everything `conet value roi` knows about a case. */
export interface RoiResult {
  readonly report: ReturnType<typeof reportCase>
  readonly growth: NonNullable<BusinessCase['growth']>['result']['points']
  /** X1 at the end of each period; empty without growth. */
  readonly x1: readonly boolean[]
  readonly tornado: ReturnType<typeof tornado>
  readonly simulation: ReturnType<typeof simulateCase>
  readonly seed: number
}

/** `conet value roi CASE`, YAML or JSON. @throws ConetError of files and options; ValuationError of the case */
export function roi(out: Output, file: string, options: Options): void {
  const seed = whole(options, 'seed', 0, 0xffff_ffff)
  const draws = whole(options, 'draws', 100, 100_000)
  const json = readCase(file)
  const simulated =
    options.coverage === undefined ? undefined : coverageFrom(String(options.coverage), areaOf(json)?.areaM2)
  const given = caseFromJson(json, simulated)
  const result: RoiResult = {
    report: reportCase(given),
    growth: given.growth?.result.points ?? [],
    x1: x1Of(given, simulated ?? formulaOf(json)),
    tornado: tornado(given),
    simulation: simulateCase(given, createRandom(seed), draws),
    seed,
  }
  out.result(result, () => roiText(out, result))
}

function x1Of(given: BusinessCase, coverage: Coverage | undefined): boolean[] {
  const { growth } = given
  if (growth === undefined || coverage === undefined) return []
  return growth.result.points.slice(1).map(point => crossEffects(point, growth.params, coverage).allRise)
}

/** The case was read before: what is there is in range. */
function formulaOf(json: unknown): Coverage | undefined {
  const area = areaOf(json)
  return area === undefined ? undefined : poissonCoverage(area.areaM2, area.rangeM)
}

/** Before the case is read nothing is sure about it. */
function areaOf(json: unknown): { readonly areaM2: number; readonly rangeM: number } | undefined {
  const area = (json as { growth?: { coverage?: { areaM2: number; rangeM: number } } } | null)?.growth?.coverage
  return typeof area?.areaM2 === 'number' ? area : undefined
}
