import { type Rejection, type Result, reject } from '../../../errors/index.js'
import type { DidCode, DidState, OperationContext } from '../../../identity/index.js'
import { accept, type Outcome, type Transition, type Tx, transition } from '../../module.js'
import type { Store } from '../../store.js'
import type { BlockContext, LedgerEvent } from '../../types.js'
import type { Fees } from './needs.js'
import { identityParams } from './params.js'
import { current, putVersion } from './state.js'

interface Named {
  readonly did: string
  readonly version: number
}

/** One kind of next version. */
export interface Operation<B> {
  /** Type of the event it leaves. */
  readonly event: string
  /** Form of the body. */
  readonly parse: Transition<B>['parse']
  /** The operation's rule. */
  readonly operate: (state: DidState, body: B, context: OperationContext) => Result<DidState, DidCode>
  /** Who charges for it; left out, it is free and possible beyond the limit of versions. */
  readonly fees?: Fees
  /** What else follows from it. */
  readonly after?: (store: Store, before: DidState, next: DidState, block: BlockContext) => void
  /** What it may mean where the rule refuses it. */
  readonly otherwise?: (store: Store, body: B, refusal: Rejection, block: BlockContext) => Outcome
}

/** A transition that makes the next version of a DID that exists. The DID itself pays: whoever may change it may spend that. */
export function operation<B extends Named>(definition: Operation<B>): Transition<never> {
  const { event, parse, operate, fees, after, otherwise } = definition
  const apply = (store: Store, tx: Tx<B>, block: BlockContext): Outcome => {
    const state = current.get(store, tx.body.did)
    if (state === undefined) return reject('DID_UNKNOWN', { did: tx.body.did })
    const { maxVersions, freeVersions, fee } = identityParams.read(store)
    if (fees !== undefined && state.version >= maxVersions) return reject('VERSIONS_EXHAUSTED', { maxVersions })
    const next = operate(state, tx.body, { signer: tx.signer, timeMs: block.timeMs })
    if (!next.ok) return otherwise?.(store, tx.body, next, block) ?? next
    const due = fees === undefined || state.version < freeVersions ? 0n : BigInt(fee)
    const short = due === 0n ? undefined : fees?.cannotPayFee(store, state.did, due)
    if (short !== undefined) return short
    const paid = due === 0n ? [] : (fees?.payFee(store, state.did, due, block) ?? [])
    putVersion(store, next.value)
    after?.(store, state, next.value, block)
    return accept(didEvent(event, next.value), ...paid)
  }
  return transition<B>({ parse, apply })
}

/** The event carries the whole new version, so that a read model needs nothing else. */
export function didEvent(type: string, state: DidState): LedgerEvent {
  return { type, did: state.did, version: state.version, state }
}
