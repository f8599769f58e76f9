import type { Push } from '../protocol.js'
import { type Conntrack, isNearlyFull } from './conntrack.js'
import type { Kernel } from './kernel.js'
import type { Rules } from './rules.js'
import type { Sessions } from './sessions.js'

/** What the watch looks after. */
export interface Watched {
  readonly kernel: Kernel
  readonly rules: Rules
  readonly sessions: Sessions
  conntrack(): Conntrack | undefined
  push(event: Push): void
}

/** Looks whether somebody changed our rules by hand, puts them back, and tells; also how full the kernel's tables are. */
export class Watch {
  #warned = false

  constructor(private readonly on: Watched) {}

  /** One look. Rules are only read back when the kernel's count says that somebody else changed something. */
  async look(): Promise<void> {
    this.#lookAtConntrack()
    await this.on.sessions.tidy()
    if (!(await this.on.kernel.touched())) return
    if (await this.on.rules.intact()) {
      const strange = await this.on.sessions.assert()
      // Putting in what is there already is a transaction of ours that moves no generation: counted on, it would look like
      // somebody's hand at every look from now on.
      await this.on.kernel.settle()
      const detail = `${strange} elements that nobody here put in were taken out`
      this.on.push(strange === 0 ? { event: 'touched' } : { event: 'repaired', what: 'elements', detail })
      return
    }
    const what = await this.on.rules.repair(() => this.on.sessions.fill())
    await this.on.sessions.assert()
    await this.on.kernel.settle()
    const detail = what === 'rules' ? 'rules were renewed' : 'the table was made anew, sessions were put in again'
    this.on.push({ event: 'repaired', what, detail })
  }

  #lookAtConntrack(): void {
    const now = this.on.conntrack()
    const full = now !== undefined && isNearlyFull(now)
    if (full && !this.#warned) this.on.push({ event: 'conntrack', ...now })
    this.#warned = full
  }
}
