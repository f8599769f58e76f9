import { readFileSync } from 'node:fs'
import { ConetError } from '@conet/core/errors'
import { parse } from 'yaml'

export type Options = Readonly<Record<string, unknown>>

/** Text of a file. @throws ConetError `FILE_UNREADABLE` */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConetError('FILE_UNREADABLE', `cannot read ${path}: give the path of a file you may read`, { cause })
  }
}

/** A JSON file. @throws ConetError `FILE_UNREADABLE`, `NOT_JSON` */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new ConetError('NOT_JSON', `${path} is no JSON (${cause.message}): write the case as JSON`, { cause })
  }
}

/** A case: YAML (.yaml, .yml) or JSON. @throws ConetError `FILE_UNREADABLE`, `NOT_YAML`, `NOT_JSON` */
export function readCase(path: string): unknown {
  if (!/\.ya?ml$/i.test(path)) return readJson(path)
  const text = readText(path)
  try {
    return parse(text, { uniqueKeys: true, maxAliasCount: 100 })
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
    throw new ConetError('NOT_YAML', `${path} is no YAML (${why}): mend the line it names`, { cause })
  }
}

/** One of a few words. @throws ConetError `USAGE` */
export function choice<T extends string>(options: Options, name: string, allowed: readonly T[]): T {
  const found = allowed.find(candidate => candidate === options[name])
  if (found !== undefined) return found
  throw new ConetError('USAGE', `--${name} is "${String(options[name])}": use ${allowed.join(', ')}`)
}

/** A whole number. @throws ConetError `USAGE` */
export function whole(options: Options, name: string, least: number, most: number): number {
  const text = String(options[name])
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new ConetError('USAGE', `--${name} is "${text}": give a whole number from ${least} to ${most}`)
}
