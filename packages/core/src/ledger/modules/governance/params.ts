import { defineParams } from '../../module.js'
import type { Store } from '../../store.js'
import { atLeastHalf, parseRule, type Rule } from './rules.js'

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

/** More than 2/3 of all power: what the engine's own safety rests on. */
const TWO_THIRDS = `power 2/3 of all quorum 0/1 within ${7 * DAY_MS}`

/** Which rule decides what. */
export type RuleName = 'admit' | 'remove' | 'validator' | 'params' | 'rules' | 'appeal'

const RULES: readonly RuleName[] = ['admit', 'remove', 'validator', 'params', 'rules', 'appeal']
/** Whoever may decide these can take the consortium over: no minority may. */
const GUARDED: readonly RuleName[] = ['remove', 'validator', 'params', 'rules']
/** What the end of a notice brings. */
const PENALTIES: readonly string[] = ['restore', 'validator', 'member']

export type Penalties = 'restore' | 'validator' | 'member'

/**
 * A rule per kind of proposal, as text (`parseRule`). `suspends`: a validator under notice has no power. `penalty`: at the end
 * of the notice its power returns, or the key is barred, or its member is removed as well. `noticeMs`: time for an
 * appeal. `maxOpen`: open proposals per member. `keepMs`: a decided proposal can be looked up for so long.
 */
export const governanceParams = defineParams(
  'governance',
  {
    admit: TWO_THIRDS,
    remove: TWO_THIRDS,
    validator: TWO_THIRDS,
    params: TWO_THIRDS,
    rules: TWO_THIRDS,
    appeal: TWO_THIRDS,
    suspends: true,
    penalty: 'validator',
    noticeMs: 7 * DAY_MS,
    maxOpen: 8,
    keepMs: 90 * DAY_MS,
    maxApplications: 100,
    applicationMs: 30 * DAY_MS,
    maxValidators: 100,
  },
  params => {
    for (const name of RULES) {
      const rule = parseRule(params[name])
      if (rule === undefined || (GUARDED.includes(name) && !atLeastHalf(rule))) return name
    }
    if (!PENALTIES.includes(params.penalty)) return 'penalty'
    for (const name of ['noticeMs', 'keepMs', 'applicationMs'] as const) {
      if (params[name] < 1000 || params[name] > YEAR_MS) return name
    }
    for (const name of ['maxOpen', 'maxApplications', 'maxValidators'] as const) {
      if (params[name] < 1 || params[name] > 1000) return name
    }
    return undefined
  },
)

/** The text of the rule in force. */
export function ruleText(store: Store, name: RuleName): string {
  return governanceParams.read(store)[name]
}

/** The rule that a text of `ruleText` says. */
export function readRule(text: string): Rule {
  const rule = parseRule(text)
  if (rule === undefined) throw new RangeError(`${text} is no rule`)
  return rule
}

/** What the end of a notice brings now. */
export function penaltyOf(store: Store): Penalties {
  return governanceParams.read(store).penalty as Penalties
}
