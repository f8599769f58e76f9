import { type Result, reject } from '../../../errors/index.js'
import type { DidCode, DidState, OperationContext } from '../../../identity/index.js'
import { accept, type Outcome, type Transition, type Tx, transition } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import { identityParams } from './params.js'
import { current, putVersion } from './state.js'

interface Named {
  readonly did: string
  readonly version: number
}

/**
 * A transition that makes the next version of a DID that exists.
 *
 * @param event - type of the event it leaves
 * @param parse - form of the body
 * @param operate - the operation's rule
 * @param always - also beyond the limit of versions
 */
export function operation<B extends Named>(
  event: string,
  parse: Transition<B>['parse'],
  operate: (state: DidState, body: B, context: OperationContext) => Result<DidState, DidCode>,
  always = false,
): Transition<never> {
  const apply = (store: Store, tx: Tx<B>, block: BlockContext): Outcome => {
    const state = current.get(store, tx.body.did)
    if (state === undefined) return reject('DID_UNKNOWN', { did: tx.body.did })
    const { maxVersions } = identityParams.read(store)
    if (!always && state.version >= maxVersions) return reject('VERSIONS_EXHAUSTED', { maxVersions })
    const next = operate(state, tx.body, { signer: tx.signer, timeMs: block.timeMs })
    if (!next.ok) return next
    putVersion(store, next.value)
    return accept(didEvent(event, next.value))
  }
  return transition<B>({ parse, apply })
}

/** The event carries the whole new version, so that a read model needs nothing else. */
export function didEvent(type: string, state: DidState): LedgerEvent {
  return { type, did: state.did, version: state.version, state }
}
