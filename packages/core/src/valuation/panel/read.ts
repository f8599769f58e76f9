import type { PlayerId } from '../indicators/index.js'
import type { ItemColumn, Panel } from './types.js'

/** Key of one item: a question with one of its columns, in one round. */
export function itemKey(round: number, player: PlayerId, indicator: string, column: ItemColumn): string {
  return `${round}|${player}|${indicator}|${column}`
}

/** The round whose answers count: the last one (VAL-7). */
export function latestRound(panel: Panel): number {
  return panel.rounds
}

/** Rounds of the panel in order: 1, or 1 and 2, or 1 to 3. */
export function roundsOf(panel: Panel): number[] {
  return Array.from({ length: panel.rounds }, (_, index) => index + 1)
}

const tables = new WeakMap<Panel, ReadonlyMap<string, ReadonlyMap<string, number>>>()

/** Answers to one item by expert; experts who gave none are absent. Empty for an item that does not exist. */
export function scoresOf(
  panel: Panel,
  item: { readonly round: number; readonly player: PlayerId; readonly indicator: string; readonly column: ItemColumn },
): ReadonlyMap<string, number> {
  let table = tables.get(panel)
  if (table === undefined) {
    table = tabulate(panel)
    tables.set(panel, table)
  }
  return table.get(itemKey(item.round, item.player, item.indicator, item.column)) ?? new Map()
}

function tabulate(panel: Panel): Map<string, Map<string, number>> {
  const table = new Map<string, Map<string, number>>()
  for (const { round, player, indicator, expert, scores } of panel.answers) {
    for (const [column, value] of scores) {
      const key = itemKey(round, player, indicator, column)
      const known = table.get(key) ?? new Map<string, number>()
      table.set(key, known.set(expert, value))
    }
  }
  return table
}
