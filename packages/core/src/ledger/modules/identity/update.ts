import { parseUpdate, update } from '../../../identity/index.js'
import type { IdentityNeeds } from './needs.js'
import { operation } from './operation.js'

/** Replaces services and controller (IDN-24). */
export const updateTransition = ({ fees }: IdentityNeeds) =>
  operation({ event: 'identity/updated', parse: parseUpdate, operate: update, fees })
