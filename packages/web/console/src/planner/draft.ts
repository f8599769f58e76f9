import type { Scenario } from '@conet/sim'
import { validateScenario } from '@conet/sim/scenario'
import { problemOf, type Trouble } from './trouble.js'

/** A scenario as it is being edited: plain data that may be wrong for a moment. */
export type Draft = Readonly<Record<string, unknown>>

/** What a draft is: a scenario that can be played, or the first thing that is wrong with it. */
export type Checked =
  | { readonly scenario: Scenario; readonly trouble: undefined }
  | { readonly scenario: undefined; readonly trouble: Trouble }

/** Checks a draft as the simulator does. */
export function check(draft: Draft): Checked {
  try {
    return { scenario: validateScenario(draft), trouble: undefined }
  } catch (error) {
    return { scenario: undefined, trouble: problemOf(error) }
  }
}

/** Value at a path such as `radio/powerDbm` or `terminals/0/count`. */
export function valueAt(draft: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>((inside, name) => (inside as Draft | undefined)?.[name], draft)
}

/** The draft with another value at a path; what lies beside it stays the same object. */
export function withValue(draft: Draft, path: string, value: unknown): Draft {
  return put(draft, path.split('/'), value) as Draft
}

function put(inside: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  const next = put((inside as Draft | undefined)?.[name], rest, value)
  if (!Array.isArray(inside)) return { ...(inside as Draft | undefined), [name]: next }
  return inside.map((entry: unknown, i) => (String(i) === name ? next : entry))
}

/** The draft with one more entry at the end of a list. */
export function withEntry(draft: Draft, list: string, entry: unknown): Draft {
  return withValue(draft, list, [...listAt(draft, list), entry])
}

/** The draft without one entry of a list. */
export function withoutEntry(draft: Draft, list: string, index: number): Draft {
  return withValue(
    draft,
    list,
    listAt(draft, list).filter((_, i) => i !== index),
  )
}

/** A list of the draft; empty where there is none. */
export function listAt(draft: Draft, list: string): readonly unknown[] {
  const found = valueAt(draft, list)
  return Array.isArray(found) ? found : []
}

/** Outline moved as a whole, in metres. */
export function moved(wall: readonly (readonly [number, number])[], dx: number, dy: number): [number, number][] {
  return wall.map(([x, y]) => [round(x + dx), round(y + dy)])
}

/** What was typed: a number if it is one, else the text, which the check then refuses with its place. */
export function typed(text: string): number | string {
  const trimmed = text.trim().replace(',', '.')
  const value = Number(trimmed)
  return trimmed === '' || !Number.isFinite(value) ? text : value
}

/** Tenths of a metre: more than a map shows. */
export function round(metres: number): number {
  return Math.round(metres * 10) / 10
}
