import type { Agreement, Evaluation, Measured, PlayerEvaluation } from '@conet/core/valuation'
import type { Output } from '../output.js'

const NAMES: Readonly<Record<string, string>> = {
  'p-ran': 'P-RAN',
  wifi: 'Wi-Fi',
  broadband: 'Broadband',
  hotspot: 'Hotspot',
  mobile: '5G/6G',
}
const two = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2))
const nameOf = (network: string) => NAMES[network] ?? network

/** The evaluation as tables; numbers are shown with two places, JSON has them unrounded. */
export function evaluationText(out: Output, result: Evaluation): string {
  const { experts, rounds, mode, weighing, scale } = result
  const head = `${experts.length} experts, ${rounds} rounds, scale ${scale.min} to ${scale.max}, ${mode}, ${weighing} weights; shown to two places`
  const notes = result.notes.map(
    note => `  ${note.code}${note.about === undefined ? '' : ` (${note.about})`}: ${note.text}`,
  )
  return [head, ...result.players.map(player => playerText(out, player)), out.bold('Notes'), ...notes].join('\n')
}

function playerText(out: Output, player: PlayerEvaluation): string {
  const { scores, comparison, importanceAgreement, settled } = player
  const lines = [
    '',
    out.bold(scores.name),
    comparison === undefined ? importanceTable(out, player) : scoreTable(out, player),
    `agreement on importance: ${agreementText(importanceAgreement)}`,
    settled.defined ? `settled: ${settled.converged} of ${settled.items} answers` : `settled: ${settled.text}`,
  ]
  if (comparison === undefined) return [...lines, 'no single score: see conet value roi'].join('\n')
  const open = comparison.orderings.filter(check => !check.holds)
  return [
    ...lines,
    `agreement on networks: ${agreementText(comparison.agreement)}`,
    `ranking: ${comparison.ranking.map(nameOf).join(' > ')}`,
    ...sensitivityLines(comparison),
    `the paper’s orderings: ${comparison.orderings.length - open.length} of ${comparison.orderings.length} hold`,
    ...open.map(check => `  not ${check.id} (${check.text})`),
  ].join('\n')
}

function importanceTable(out: Output, { scores }: PlayerEvaluation): string {
  return out.table(
    ['indicator', 'importance'],
    scores.primaries.map(primary => [primary.name, two(primary.importance)]),
  )
}

function scoreTable(out: Output, { scores, comparison }: PlayerEvaluation): string {
  const rows = scores.primaries.map((primary, index) => [
    primary.name,
    two(primary.importance),
    two(comparison?.weights.weights[index]),
    ...scores.networks.map(network => two(primary.networks[network])),
  ])
  const overall = ['overall', '', '', ...scores.networks.map(network => two(comparison?.overall[network]))]
  const radar = [
    'radar, any order',
    '',
    '',
    ...scores.networks.map(network => two(comparison?.radar[network]?.meanRadius)),
  ]
  return out.table(['indicator', 'importance', 'weight', ...scores.networks.map(nameOf)], [...rows, overall, radar])
}

function agreementText(agreement: Measured<Agreement>): string {
  if (!agreement.defined) return `not defined, ${agreement.text}`
  const { w, chiSquare, degrees, p, experts } = agreement
  return `W ${w.toFixed(4)}, χ² ${chiSquare.toFixed(4)}, df ${degrees}, p ${p.toExponential(1)}, ${experts} experts`
}

function sensitivityLines({ sensitivity }: NonNullable<PlayerEvaluation['comparison']>): string[] {
  const turned = sensitivity.rows.filter(row => row.reversals.length > 0)
  const pairs = turned.map(
    row =>
      `  ${row.method}: ${row.reversals.map(pair => `${nameOf(pair.second)} before ${nameOf(pair.first)}`).join(', ')}`,
  )
  return [
    `other methods: ${sensitivity.rows.length - turned.length} of ${sensitivity.rows.length} give the same order`,
    ...pairs,
  ]
}
