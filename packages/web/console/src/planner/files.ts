import { projection, sitesFromGeoJson, wallsFromGeoJson } from '@conet/sim/page'
import { parse, stringify } from 'yaml'
import { check, type Draft, withValue } from './draft.js'

/** Larger files are read by the command line, not by a page. */
const MOST_BYTES = 8_000_000

/** Text of a file that a reader chose. @throws Error if it is too large */
export async function readText(file: File): Promise<string> {
  if (file.size > MOST_BYTES) {
    throw new Error(`${file.name} has ${file.size} bytes; at most ${MOST_BYTES} are read here. Use "conet sim run".`)
  }
  return file.text()
}

/**
 * A scenario file, YAML or JSON.
 * @throws SimError of `validateScenario`; Error if it is neither, or names other files
 */
export function draftFromText(text: string): Draft {
  const value: unknown = parse(text, { maxAliasCount: 100, uniqueKeys: true })
  if (typeof value === 'object' && value !== null && 'files' in value) {
    throw new Error(
      'This scenario names other files, which a page cannot open. "conet sim show NAME --json" writes it in one piece.',
    )
  }
  const { scenario, trouble } = check(value as Draft)
  if (scenario === undefined) throw Object.assign(new Error(`${trouble.code}: ${trouble.message}`))
  return { ...scenario }
}

export function draftAsYaml(draft: Draft): string {
  return stringify(draft, { aliasDuplicateObjects: false })
}

export function draftAsJson(draft: Draft): string {
  return `${JSON.stringify(draft, null, 2)}\n`
}

/**
 * Sites or buildings of a GeoJSON file in place of those of the draft. An area without a place on Earth has none for them.
 * @throws SimError of the file; Error of the draft
 */
export function withGeoJson(draft: Draft, kind: 'cells' | 'walls', text: string): Draft {
  const { scenario, trouble } = check(draft)
  if (scenario === undefined) throw new Error(`Mend the scenario first: ${trouble.message}`)
  const project = projection(scenario.area)
  return withValue(
    draft,
    kind,
    kind === 'cells' ? sitesFromGeoJson(text, project, scenario.radio) : wallsFromGeoJson(text, project),
  )
}
