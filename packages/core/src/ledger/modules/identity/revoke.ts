import { parseRevocation, revoke } from '../../../identity/index.js'
import { operation } from './operation.js'

/** Takes one key away (IDN-23). */
export const revokeTransition = operation('identity/revoked', parseRevocation, revoke)
