import { deactivate, parseDeactivation } from '../../../identity/index.js'
import { operation } from './operation.js'

/** Ends a DID for good (IDN-25), whatever the number of its versions. */
export const deactivateTransition = operation('identity/deactivated', parseDeactivation, deactivate, true)
