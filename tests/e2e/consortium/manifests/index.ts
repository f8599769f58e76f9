import type { Network } from '../manifest.js'
import { double } from './double.js'
import { full } from './full.js'
import { outage } from './outage.js'
import { rough } from './rough.js'

export { kills } from './kills.js'

/** Named networks that every test run goes through; `kills` is longer and for runs by hand. */
export const MANIFESTS: readonly Network[] = [rough, full, outage, double]
