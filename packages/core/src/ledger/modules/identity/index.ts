import type { Module } from '../../module.js'
import { IDENTITY_CODES } from './codes.js'
import { deactivateTransition } from './deactivate.js'
import { inceptTransition } from './incept.js'
import { aliveHasKeys, unbrokenHistory } from './invariants.js'
import type { IdentityNeeds } from './needs.js'
import { identityParams } from './params.js'
import { currentVersion, history, resolve } from './queries.js'
import { retire } from './retired.js'
import { revokeTransition } from './revoke.js'
import { rotateTransition } from './rotate.js'
import { signerKey } from './signer-key.js'
import { setLedgerId } from './state.js'
import { updateTransition } from './update.js'

export { IDENTITY_CODES } from './codes.js'
export type { Fees, IdentityNeeds } from './needs.js'

/** Module `identity`: did:conet on the ledger, and who may sign. */
export function identityModule(needs: IdentityNeeds): Module {
  return {
    name: 'identity',
    needs: ['accounts'],
    codes: IDENTITY_CODES,
    params: identityParams,
    transitions: {
      incept: inceptTransition(needs),
      rotate: rotateTransition(needs),
      revoke: revokeTransition,
      update: updateTransition(needs),
      deactivate: deactivateTransition,
    },
    scheduled: { retire },
    queries: { resolve, history, current: currentVersion },
    invariants: { 'unbroken-history': unbrokenHistory, 'alive-has-keys': aliveHasKeys },
    genesis: (store, genesis) => setLedgerId(store, genesis.lid),
    signerKey,
  }
}
