import type { Did } from '../../../units/index.js'
import { unschedule } from '../../due.js'
import type { ScheduledHandler } from '../../module.js'
import type { Store } from '../../store.js'
import { applications } from './state.js'

/** Scheduled `governance/lapse`: nobody took the application up. */
export const lapse: ScheduledHandler = (store, member, block) => {
  const application = applications.get(store, member)
  if (application === undefined || application.endMs > block.timeMs) return []
  applications.delete(store, member)
  return [{ type: 'governance/lapsed', member }]
}

/** Settles an application; unknown ones are ignored. */
export function settleApplication(store: Store, member: Did): void {
  const application = applications.get(store, member)
  if (application === undefined) return
  unschedule(store, application.endMs, 'governance/lapse', member)
  applications.delete(store, member)
}

/** How many wait. */
export function waiting(store: Store): number {
  let count = 0
  for (const _ of applications.list(store)) count++
  return count
}
