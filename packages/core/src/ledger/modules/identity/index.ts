import type { Module } from '../../module.js'
import { IDENTITY_CODES } from './codes.js'
import { deactivateTransition } from './deactivate.js'
import { inceptTransition } from './incept.js'
import { aliveHasKeys, unbrokenHistory } from './invariants.js'
import { IDENTITY_NEEDS } from './needs.js'
import { identityParams } from './params.js'
import { currentVersion, history, resolve } from './queries.js'
import { revokeTransition } from './revoke.js'
import { rotateTransition } from './rotate.js'
import { signerKey } from './signer-key.js'
import { setLedgerId } from './state.js'
import { updateTransition } from './update.js'

export { IDENTITY_CODES } from './codes.js'

/** Module `identity`: did:conet on the ledger, and who may sign. */
export const identityModule: Module = {
  name: 'identity',
  needs: IDENTITY_NEEDS,
  codes: IDENTITY_CODES,
  params: identityParams,
  transitions: {
    incept: inceptTransition,
    rotate: rotateTransition,
    revoke: revokeTransition,
    update: updateTransition,
    deactivate: deactivateTransition,
  },
  queries: { resolve, history, current: currentVersion },
  invariants: { 'unbroken-history': unbrokenHistory, 'alive-has-keys': aliveHasKeys },
  genesis: (store, genesis) => setLedgerId(store, genesis.lid),
  signerKey,
}
