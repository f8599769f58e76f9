import type { Did } from '@conet/core/units'
import type { LiveSession } from './session.js'

/** Open sessions by client. Nearly every client has one, which needs no set of its own. */
export class ByClient {
  readonly #held = new Map<Did, LiveSession | Set<LiveSession>>()

  add(session: LiveSession): void {
    const { client } = session.start.grant
    const held = this.#held.get(client)
    if (held === undefined) this.#held.set(client, session)
    else if (held instanceof Set) held.add(session)
    else this.#held.set(client, new Set([held, session]))
  }

  delete(session: LiveSession): void {
    const { client } = session.start.grant
    const held = this.#held.get(client)
    if (held instanceof Set) held.delete(session)
    if (held === session || (held instanceof Set && held.size === 0)) this.#held.delete(client)
  }

  of(client: Did): Iterable<LiveSession> {
    const held = this.#held.get(client)
    if (held === undefined) return []
    return held instanceof Set ? held : [held]
  }
}
