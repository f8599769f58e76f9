import type { DidState, OperationContext } from './types.js'

type Changed = Pick<DidState, 'keys' | 'next' | 'services' | 'deactivated'>

/**
 * The next version of a DID. Members are always written in the same order: the record is hashed as JSON.
 *
 * @param controller - `undefined` takes the controller away
 */
export function nextState(
  current: DidState,
  change: Partial<Changed>,
  controller: string | undefined,
  context: OperationContext,
): DidState {
  return {
    did: current.did,
    version: current.version + 1,
    keys: change.keys ?? current.keys,
    next: change.next ?? current.next,
    services: change.services ?? current.services,
    ...(controller === undefined ? {} : { controller }),
    createdMs: current.createdMs,
    updatedMs: context.timeMs,
    deactivated: change.deactivated ?? current.deactivated,
  }
}
