import { ValuationError } from '../codes.js'
import { wholeWithin } from '../guard.js'
import { type IndicatorModel, indicatorKeys, NETWORKS, type PlayerModel, REFERENCE_MODEL } from '../indicators/index.js'
import { DELPHI } from '../statistics/index.js'
import { findOmissions } from './complete.js'
import { parseCsv } from './csv.js'
import { type Answer, type ItemColumn, LIKERT, type Panel, type PanelOptions, type Scale } from './types.js'

const SUBJECT = ['expert', 'field', 'round', 'player', 'indicator'] as const
type Subject = (typeof SUBJECT)[number]
const ITEM_COLUMNS: readonly ItemColumn[] = ['importance', ...NETWORKS]
const COLUMNS: readonly (Subject | ItemColumn)[] = [...SUBJECT, ...ITEM_COLUMNS]
const MAX_LABEL = 100

interface Context {
  readonly model: IndicatorModel
  readonly scale: Scale
  readonly missing: 'refuse' | 'omit'
}

/**
 * Reads a panel: a header with the columns `expert, field, round, player, indicator, importance, p-ran, wifi, broadband,
 * hotspot, mobile` in any order, then one row per expert, round and indicator. `indicator` is `primary/secondary`;
 * `field` is the expert's and may be empty; a network that the player does not compare stays empty (VAL-5).
 *
 * @param text - RFC 4180, at most 16 MiB
 * @throws {ValuationError} `CSV_MALFORMED`, `PANEL_HEADER`, `PANEL_EMPTY`, `PANEL_TOO_LARGE`, `CELL_UNKNOWN`,
 *   `ROW_DUPLICATE`, `SCORE_MISSING`, `SCORE_OFF_SCALE`, `SCORE_UNEXPECTED`, `ITEM_EMPTY`: row and column in the data
 */
export function parsePanel(text: string, options: PanelOptions = {}): Panel {
  const context = { model: REFERENCE_MODEL, scale: LIKERT, missing: 'refuse' as const, ...options }
  checkScale(context.scale)
  const [header, ...body] = parseCsv(text)
  const places = readHeader(header ?? [])
  if (body.length === 0) throw new ValuationError('PANEL_EMPTY', 'the panel has no answers below its header.')
  const fields = new Map<string, string>()
  const answers = body.map((cells, index) => {
    const row = new Row(cells, places, index + 2)
    const answer = readAnswer(row, context)
    checkField(fields, answer.expert, row)
    return answer
  })
  checkDuplicates(answers)
  const rounds = Math.max(...answers.map(answer => answer.round))
  const present = context.model.players.map(player => player.id).filter(id => answers.some(one => one.player === id))
  const experts = [...fields].map(([id, field]) => ({ id, field }))
  const panel = { model: context.model, scale: context.scale, experts, rounds, players: present, answers, omitted: [] }
  return { ...panel, omitted: findOmissions(panel, context.missing) }
}

function checkScale(scale: Scale): void {
  wholeWithin('scale.min', scale.min, 1, 99)
  wholeWithin('scale.max', scale.max, scale.min + 1, 100)
}

type Places = ReadonlyMap<string, number>

function readHeader(header: readonly string[]): Places {
  const places = new Map<string, number>()
  header.forEach((name, index) => {
    const problem = !COLUMNS.some(known => known === name) ? 'unknown' : places.has(name) ? 'there twice' : undefined
    if (problem !== undefined)
      throw new ValuationError(
        'PANEL_HEADER',
        `row 1, column ${index + 1}: "${name.slice(0, MAX_LABEL)}" is ${problem}; the columns are ${COLUMNS.join(',')}.`,
        { row: 1, column: index + 1, why: problem },
      )
    places.set(name, index)
  })
  const absent = COLUMNS.find(name => !places.has(name))
  if (absent !== undefined)
    throw new ValuationError('PANEL_HEADER', `row 1 has no column "${absent}".`, { column: absent, why: 'missing' })
  return places
}

/** One row with its place, so that every refusal can name it. */
class Row {
  readonly number: number
  readonly #cells: readonly string[]
  readonly #places: Places

  constructor(cells: readonly string[], places: Places, number: number) {
    this.#cells = cells
    this.#places = places
    this.number = number
  }

  text(column: Subject | ItemColumn): string {
    return (this.#cells[this.#places.get(column) ?? -1] ?? '').trim()
  }

  unknown(column: Subject, wanted: string): ValuationError {
    const value = this.text(column).slice(0, MAX_LABEL)
    return new ValuationError('CELL_UNKNOWN', `row ${this.number}, column ${column}: "${value}" is no ${wanted}.`, {
      row: this.number,
      column,
      value,
    })
  }
}

function readAnswer(row: Row, context: Context): Answer {
  const expert = row.text('expert')
  if (expert === '' || expert.length > MAX_LABEL) throw row.unknown('expert', `name of 1 to ${MAX_LABEL} characters`)
  const player = context.model.players.find(candidate => candidate.id === row.text('player'))
  if (player === undefined)
    throw row.unknown('player', `player: use ${context.model.players.map(one => one.id).join(', ')}`)
  const indicator = row.text('indicator')
  if (!indicatorKeys(player).includes(indicator)) throw row.unknown('indicator', `indicator of the ${player.id}`)
  const round = row.text('round')
  if (!/^[1-9]$/.test(round) || Number(round) > DELPHI.maxRounds)
    throw row.unknown('round', `round: use 1 (interview) to ${DELPHI.maxRounds} (second confirmation)`)
  return {
    row: row.number,
    expert,
    round: Number(round),
    player: player.id,
    indicator,
    scores: readScores(row, player, context),
  }
}

function readScores(row: Row, player: PlayerModel, { scale, missing }: Context): Map<ItemColumn, number> {
  const scores = new Map<ItemColumn, number>()
  for (const column of ITEM_COLUMNS) {
    const text = row.text(column)
    const place = `row ${row.number}, column ${column}`
    const asked = column === 'importance' || player.networks.includes(column)
    const data = { row: row.number, column }
    if (!asked && text !== '')
      throw new ValuationError('SCORE_UNEXPECTED', `${place}: the ${player.id} does not compare this network.`, data)
    if (!asked || (text === '' && missing === 'omit')) continue
    if (text === '') throw new ValuationError('SCORE_MISSING', `${place}: there is no score.`, data)
    scores.set(column, readScore(text, scale, place, data))
  }
  return scores
}

function readScore(text: string, { min, max }: Scale, place: string, data: { row: number; column: string }): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  const shown = text.slice(0, MAX_LABEL)
  throw new ValuationError('SCORE_OFF_SCALE', `${place}: "${shown}" is no whole number from ${min} to ${max}.`, {
    ...data,
    value: shown,
    min,
    max,
  })
}

/** An expert has one field: two would count one voice for two professions. */
function checkField(fields: Map<string, string>, expert: string, row: Row): void {
  const field = row.text('field')
  const known = fields.get(expert)
  if (field.length > MAX_LABEL || (known !== undefined && known !== field))
    throw row.unknown('field', `field of ${expert}: it was "${known ?? ''}" before`)
  fields.set(expert, field)
}

function checkDuplicates(answers: readonly Answer[]): void {
  const seen = new Map<string, number>()
  for (const { expert, round, player, indicator, row } of answers) {
    const key = JSON.stringify([expert, round, player, indicator])
    const firstRow = seen.get(key)
    if (firstRow !== undefined)
      throw new ValuationError(
        'ROW_DUPLICATE',
        `row ${row} answers again what row ${firstRow} answered: ${player} ${indicator}, round ${round}.`,
        { row, firstRow },
      )
    seen.set(key, row)
  }
}
