import { readFileSync, statSync } from 'node:fs'
import { ConetError } from '@conet/core/errors'
import { checkRuleset, type RulesetSpec } from '../ruleset.js'

/** What the owner decides about the helper, in a file that only root writes. */
export interface HelperConfig extends RulesetSpec {
  /** Path of the socket. */
  readonly socket: string
  /** Group whose members may ask besides the helper's own user; without it the socket is for that user alone. */
  readonly group?: string | undefined
}

export const DEFAULT_SOCKET = '/run/conet/gateway.sock'

const MEMBERS = ['table', 'lan', 'wan', 'portalPort', 'masquerade', 'allow', 'socket', 'group']

function invalid(path: string, why: string, cause?: unknown): ConetError {
  return new ConetError('RULESET_INVALID', `the helper's configuration, ${path}: ${why}; correct the file`, {
    data: { path },
    cause,
  })
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 108
const isTexts = (value: unknown) => Array.isArray(value) && value.length <= 256 && value.every(isText)
const maybe = (check: (value: unknown) => boolean) => (value: unknown) => value === undefined || check(value)

/** What each member must look like; `checkRuleset` looks closer. */
const FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  table: isText,
  lan: isTexts,
  wan: isTexts,
  portalPort: maybe(value => typeof value === 'number'),
  masquerade: maybe(value => typeof value === 'boolean'),
  allow: maybe(isTexts),
  socket: isText,
  group: maybe(value => isText(value) && /^[a-z_][a-z0-9_-]*$/.test(value)),
}

/**
 * Checks a configuration as it was parsed.
 *
 * @throws ConetError `RULESET_INVALID` naming the member
 */
export function checkHelperConfig(value: unknown): HelperConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('the whole file', 'no object')
  const found: Record<string, unknown> = { table: 'conet_gw', socket: DEFAULT_SOCKET, ...value }
  const unknown = Object.keys(found).find(name => !MEMBERS.includes(name))
  if (unknown !== undefined) throw invalid(unknown, 'there is no such member')
  const wrong = MEMBERS.find(name => FORMS[name]?.(found[name]) === false)
  if (wrong !== undefined) throw invalid(wrong, 'missing or of the wrong form')
  const config = found as unknown as HelperConfig
  checkRuleset(config)
  return config
}

/**
 * Reads the helper's file. One that others may write would let them choose the rules: it is refused.
 *
 * @throws ConetError `RULESET_INVALID`
 */
export function readHelperConfig(path: string): HelperConfig {
  let text: string
  try {
    const { mode, uid } = statSync(path)
    if ((mode & 0o022) !== 0) throw new Error('others may write it: chmod go-w')
    if (uid !== 0 && uid !== process.getuid?.()) throw new Error('it belongs to another user: chown root')
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const message = `there is no configuration of the helper, ${path}: "conet gateway setup --apply" writes it`
    if ((cause as { code?: string }).code === 'ENOENT')
      throw new ConetError('RULESET_INVALID', message, { data: { path }, cause })
    throw invalid(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
  try {
    return checkHelperConfig(JSON.parse(text))
  } catch (cause) {
    throw cause instanceof ConetError ? cause : invalid(path, 'it is no JSON', cause)
  }
}
