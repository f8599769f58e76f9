import type { GovernanceNeeds } from '../needs.js'
import type { Proposal } from '../state.js'
import { admit } from './admit.js'
import { appeal } from './appeal.js'
import { changeParams } from './change-params.js'
import { remove } from './remove.js'
import type { Subject } from './subject.js'
import { setValidator } from './validator.js'

export type { Subject } from './subject.js'

/** What can be proposed, by name. */
export interface Subjects {
  get(name: string): Subject | undefined
  /** Of a proposal that was made: its subject is known. */
  of(proposal: Pick<Proposal, 'subject'>): Subject
}

/** The list of subjects: a new one is a new file and one line here. */
export function subjectsOf(needs: GovernanceNeeds): Subjects {
  const list: Readonly<Record<string, Subject>> = {
    admit,
    remove,
    validator: setValidator,
    params: changeParams(needs),
    appeal,
  }
  const get = (name: string) => (Object.hasOwn(list, name) ? list[name] : undefined)
  return {
    get,
    of: ({ subject }) => {
      const found = get(subject)
      if (found === undefined) throw new RangeError(`${subject} is no subject`)
      return found
    },
  }
}
