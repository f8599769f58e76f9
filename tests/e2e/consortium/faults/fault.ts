import type { Consortium } from '../consortium.js'
import type { Books } from '../invariants.js'
import type { Fault } from '../manifest.js'
import type { Member } from '../member.js'

/** All that a fault may touch. */
export interface Scene {
  readonly consortium: Consortium
  readonly member: Member
  readonly fault: Fault
  readonly books: Books
}

/** Mends what was done; checks there what the fault should have led to. */
export type Heal = () => Promise<void>

/** A kind of trouble. */
export interface FaultRule {
  /** The node cannot take part in ordering meanwhile. */
  readonly away: boolean
  begin(scene: Scene): Promise<Heal>
}
