import type { Network } from '../manifest.js'
import { double } from './double.js'
import { full } from './full.js'
import { kills } from './kills.js'
import { outage } from './outage.js'
import { rough } from './rough.js'

export { kills } from './kills.js'

/** Named networks, smallest trouble first. */
export const MANIFESTS: readonly Network[] = [rough, full, outage, double, kills(1)]
