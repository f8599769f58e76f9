import type { Network } from '../manifest.js'
import { double } from './double.js'
import { kills } from './kills.js'
import { outage } from './outage.js'
import { rough } from './rough.js'

export { kills } from './kills.js'

/** Named networks, smallest trouble first. */
export const MANIFESTS: readonly Network[] = [rough, outage, double, kills(1)]
