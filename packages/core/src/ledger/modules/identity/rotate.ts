import { parseRotation, rotate } from '../../../identity/index.js'
import type { IdentityNeeds } from './needs.js'
import { operation } from './operation.js'
import { retireKeys } from './retired.js'

/** Replaces all keys by revealed ones (IDN-22); signed as `did:key` of one of them. */
export const rotateTransition = ({ fees }: IdentityNeeds) =>
  operation({ event: 'identity/rotated', parse: parseRotation, operate: rotate, fees, after: retireKeys })
