import { parseRotation, rotate } from '../../../identity/index.js'
import { operation } from './operation.js'

/** Replaces all keys by revealed ones (IDN-22); signed as `did:key` of one of them. */
export const rotateTransition = operation('identity/rotated', parseRotation, rotate)
