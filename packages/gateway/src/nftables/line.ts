import type { Millis } from '@conet/core/units'
import type { Clock } from '../clock.js'
import { batched } from './batch.js'
import { errorOf, HelperLink } from './link.js'
import type { Counted, Hello, Neighbour, Opened, OpenItem, Push, RenewItem } from './protocol.js'

/** One request's worth, which is one transaction of leases in the kernel; with others on their way the helper never waits for us. */
const GATHERED = { most: 2_000, underway: 4 }
const CONNECT_AGAIN_MS: Millis = 1_000

/** What the line tells. */
export interface LineEvents {
  push(event: Push): void
  /** The helper is there again, or gone. */
  changed(up: boolean): void
}

/** The node's lasting connection to its helper: questions by name, gathered into few requests, opened again when it breaks. */
export class HelperLine {
  hello: Hello | undefined
  #link: HelperLink | undefined
  #stopped = false
  #stopRetry = () => {}

  /** Lets one client through. */
  readonly open = batched<OpenItem, Opened>(GATHERED, items => this.#ask({ op: 'open', items }) as Promise<Opened[]>)
  /** Moves one session's end and quota; `false` if the helper no longer knows it. */
  readonly renew = batched<RenewItem, boolean>(GATHERED, async items => {
    const { gone } = (await this.#ask({ op: 'renew', items })) as { gone: readonly number[] }
    const over = new Set(gone)
    return items.map(({ n }) => !over.has(n))
  })

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly events: LineEvents,
  ) {}

  /** @throws ConetError `HELPER_UNREACHABLE`, `HELPER_BUSY`, `REQUEST_MALFORMED` (another version) */
  async connect(): Promise<void> {
    const link = new HelperLink(this.path, this.events.push, () => this.#ended())
    this.hello = await link.hello
    this.#link = link
  }

  stop(): void {
    this.#stopped = true
    this.#stopRetry()
    this.#link?.close()
    this.#link = undefined
    this.hello = undefined
  }

  /** Cuts sessions and tells their last counts. */
  close(sessions: readonly number[]): Promise<Counted[]> {
    return this.#ask({ op: 'close', sessions }) as Promise<Counted[]>
  }

  read(sessions: readonly number[], leases: boolean): Promise<Counted[]> {
    return this.#ask({ op: 'read', sessions, leases }) as Promise<Counted[]>
  }

  neighbour(ip: string): Promise<Neighbour> {
    return this.#ask({ op: 'neighbour', ip }) as Promise<Neighbour>
  }

  #ask(request: Parameters<HelperLink['ask']>[0]): Promise<unknown> {
    return this.#link === undefined ? Promise.reject(errorOf(AWAY)) : this.#link.ask(request)
  }

  #ended(): void {
    if (this.hello === undefined) return
    this.hello = undefined
    this.#link = undefined
    this.events.changed(false)
    this.#connectLater()
  }

  #connectLater(): void {
    if (this.#stopped) return
    this.#stopRetry = this.clock.after(CONNECT_AGAIN_MS, () => {
      this.connect().then(
        () => this.events.changed(true),
        () => this.#connectLater(),
      )
    })
  }
}

const AWAY = { code: 'HELPER_UNREACHABLE', message: 'the gateway helper is away: start "conet gateway helper" again' }
