import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, YAMLParseError } from 'yaml'
import { SimError } from '../codes.js'
import { withFiles } from '../input/index.js'
import { type Scenario, validateScenario } from '../scenario/index.js'
import { record } from '../scenario/read.js'
import { readBytes, readText } from './files.js'

const SHIPPED = new URL('../../scenarios/', import.meta.url)

/** Names of the scenarios that come with the simulator. */
export function shippedScenarios(): string[] {
  return readdirSync(SHIPPED)
    .filter(file => file.endsWith('.yaml'))
    .map(file => basename(file, '.yaml'))
    .sort()
}

/**
 * A shipped scenario by name, or a file (.yaml, .yml, .json) by path, with the files it names read in.
 * @throws {SimError} `NAME_UNKNOWN`, `FILE_UNREADABLE`, and those of `validateScenario` and of input files
 */
export function loadScenario(nameOrPath: string): Scenario {
  const path = scenarioPath(nameOrPath)
  const raw = record(parseText(path, readText(path)), '')
  const { files, ...rest } = raw
  if (files === undefined) return validateScenario(raw)
  return validateScenario(withFiles(rest, files, file => readBytes(resolve(dirname(path), file))))
}

/** Where a scenario's file lies. @throws {SimError} `NAME_UNKNOWN` */
export function scenarioPath(nameOrPath: string): string {
  if (shippedScenarios().includes(nameOrPath)) return fileURLToPath(new URL(`${nameOrPath}.yaml`, SHIPPED))
  const isFile = ['.yaml', '.yml', '.json'].includes(extname(nameOrPath))
  if (isFile && existsSync(nameOrPath)) return nameOrPath
  throw new SimError(
    'NAME_UNKNOWN',
    `there is no scenario "${nameOrPath}": give one of ${shippedScenarios().join(', ')}, or a file (.yaml, .json).`,
    { name: nameOrPath },
  )
}

/** JSON is YAML; duplicate keys and wrong indentation are errors, aliases cannot blow up. */
function parseText(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, uniqueKeys: true })
  } catch (cause) {
    const why = cause instanceof YAMLParseError ? (cause.message.split('\n')[0] ?? '') : String(cause)
    throw new SimError('SCENARIO_MALFORMED', `${path} is no YAML or JSON: ${why}`, { path }, cause)
  }
}
