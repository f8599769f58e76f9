import { parse } from 'yaml'
import { check, type Draft } from './draft.js'

const FILES = import.meta.glob<string>('../../../../sim/scenarios/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Scenarios that come with the simulator and stand in one file: a page cannot open the files that others name. */
export const SHIPPED: ReadonlyMap<string, Draft> = new Map(
  Object.values(FILES)
    .map(text => parse(text) as Draft)
    .filter(raw => !('files' in raw))
    .map(raw => [String(raw.name), { ...(check(raw).scenario ?? raw) }] as const),
)

/** The one that is open at first. */
export const FIRST = 'city-block'
