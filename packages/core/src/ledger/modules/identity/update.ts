import { parseUpdate, update } from '../../../identity/index.js'
import { operation } from './operation.js'

/** Replaces services and controller (IDN-24). */
export const updateTransition = operation('identity/updated', parseUpdate, update)
