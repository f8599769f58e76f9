import type { FaultKind } from '../manifest.js'
import { clock } from './clock.js'
import { disconnect } from './disconnect.js'
import { disk } from './disk.js'
import { engine } from './engine.js'
import type { FaultRule } from './fault.js'
import { garbage } from './garbage.js'
import { kill } from './kill.js'
import { pause } from './pause.js'
import { restart } from './restart.js'
import { slow } from './slow.js'
import { twin } from './twin.js'

export type { FaultRule, Heal, Scene } from './fault.js'

/** Every kind of trouble. */
export const FAULTS: Readonly<Record<FaultKind, FaultRule>> = {
  clock,
  disconnect,
  disk,
  engine,
  garbage,
  kill,
  pause,
  restart,
  slow,
  twin,
}
