import { type Rejection, type Result, reject } from '../../../../errors/index.js'
import { body, field, text } from '../../../fields.js'
import type { Store } from '../../../store.js'
import type { GovernanceNeeds, Governed } from '../needs.js'
import { governanceParams } from '../params.js'
import { type Subject, subject } from './subject.js'

/** Most parameters in one proposal, and longest text of one. */
const MAX_CHANGES = 32
const MAX_TEXT = 200

type Scalars = Readonly<Record<string, string | number | boolean>>

interface ChangeParams {
  readonly module: string
  readonly changes: Scalars
}

const changes = field<Scalars>(value => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  const fits = entries.length >= 1 && entries.length <= MAX_CHANGES && entries.every(isScalar)
  // One order whatever the sender's: the same change is the same proposal.
  return fits ? Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) : undefined
})

function isScalar([name, value]: [string, unknown]): boolean {
  if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(name)) return false
  if (typeof value === 'string') return value.length <= MAX_TEXT
  return typeof value === 'boolean' || Number.isSafeInteger(value)
}

/**
 * `params {module, changes}`: parameters of a module or of the machine; the others stay. Those of governance are its rules
 * and need the rule for `rules`.
 */
export function changeParams(needs: GovernanceNeeds): Subject {
  const find = (module: string): Governed | undefined =>
    module === 'governance' ? governanceParams : needs.paramsOf(module)
  const merged = (store: Store, params: Governed, change: Scalars) => ({ ...params.read(store), ...change })
  return subject<ChangeParams>({
    parse: body({ module: text(/^[a-z]{1,32}$/), changes }) as (raw: object) => Result<ChangeParams>,
    rule: ({ module }) => (module === 'governance' ? 'rules' : 'params'),
    check(store, { module, changes: change }): Rejection | undefined {
      const params = find(module)
      if (params === undefined) return reject('MODULE_UNKNOWN', { module })
      const before = params.read(store) as Scalars
      if (Object.entries(change).every(([name, value]) => before[name] === value)) return reject('NOTHING_NEW')
      const checked = params.parse(merged(store, params, change))
      return checked.ok ? undefined : checked
    },
    execute(store, { module, changes: change }) {
      const params = find(module)
      if (params !== undefined) params.load(store, merged(store, params, change))
      return [{ type: 'governance/params_changed', module, changes: change }]
    },
  })
}
