import { deactivate, parseDeactivation } from '../../../identity/index.js'
import { operation } from './operation.js'
import { endGrace } from './retired.js'

/** Ends a DID for good (IDN-25), and every grace of its keys. */
export const deactivateTransition = operation({
  event: 'identity/deactivated',
  parse: parseDeactivation,
  operate: deactivate,
  after: (store, { did }) => endGrace(store, did),
})
