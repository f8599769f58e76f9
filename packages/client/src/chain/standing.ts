import { ConetError } from '@conet/core/errors'
import type { AccessPoint } from '@conet/core/rounds'
import type { Did, Millis } from '@conet/core/units'
import { Chain, type ChainEvent, type ChainOptions } from './chain.js'
import type { Neighbour } from './leg.js'

const FIRST_WAIT_MS: Millis = 500
const MOST_WAIT_MS: Millis = 8_000

export interface StandingOptions extends ChainOptions {
  /** Between two attempts to open a new channel: from the first, doubling, up to the most. Default 500 and 8,000. */
  readonly waitMs?: { readonly first: Millis; readonly most: Millis }
}

/**
 * A chain that is opened anew whenever it ends: an exit that was started again does not know its channels, and where no
 * path led for a while one may lead again. Flows of the channel that ended are cut, new ones go on.
 */
export class StandingChain {
  readonly exit: Did
  /** Authority of the exit's API, as its offers name it. */
  readonly api: string
  readonly #options: StandingOptions
  #chain: Chain
  #door: Neighbour
  #coming: Promise<void> | undefined
  #wake: () => void = () => {}
  #closed = false

  private constructor(options: StandingOptions, chain: Chain, door: Neighbour) {
    this.#options = options
    this.#chain = chain
    this.#door = door
    this.exit = chain.exit
    this.api = chain.api
  }

  /** Opens the first channel. @throws ConetError like `Chain.open` */
  static async open(options: StandingOptions): Promise<StandingChain> {
    let standing: StandingChain | undefined
    let ended = false
    const onEvent = (event: ChainEvent) => {
      options.onEvent?.(event)
      if (event.type !== 'closed') return
      ended = true
      standing?.reopen()
    }
    const chain = await Chain.open({ ...options, onEvent })
    const door = await chain.reach(chain.api)
    standing = new StandingChain(options, chain, door)
    if (ended) standing.reopen()
    return standing
  }

  /** The path in use, or the last one. */
  get route(): Chain['route'] {
    return this.#chain.route
  }

  /** Where this machine enters the exit's API now. */
  get door(): Neighbour {
    return this.#door
  }

  async reachAccess(access: AccessPoint): Promise<AccessPoint> {
    await this.#coming
    return this.#chain.reachAccess(access)
  }

  /** Shows a voucher to the relays: it is what pays them. */
  note(text: string): void {
    this.#chain.note(text)
  }

  close(): void {
    this.#closed = true
    this.#wake()
    this.#chain.close()
  }

  /** Opens a new channel to the same exit, however long it takes. */
  reopen(): void {
    if (this.#closed || this.#coming !== undefined) return
    this.#coming = this.#tryAgain().finally(() => {
      this.#coming = undefined
    })
  }

  async #tryAgain(): Promise<void> {
    const { first, most } = this.#options.waitMs ?? { first: FIRST_WAIT_MS, most: MOST_WAIT_MS }
    for (let waitMs = first; !this.#closed; waitMs = Math.min(2 * waitMs, most)) {
      if (await this.#openNew()) return
      await this.#pause(waitMs)
    }
  }

  /** The path is told once its way in stands, so that whoever hears of it can use it. */
  async #openNew(): Promise<boolean> {
    const { onEvent } = this.#options
    const early: ChainEvent[] = []
    let ready = false
    const hear = (event: ChainEvent) => {
      if (!ready) return void early.push(event)
      onEvent?.(event)
      if (event.type === 'closed') this.reopen()
    }
    try {
      const chain = await Chain.open({ ...this.#options, exit: this.exit, onEvent: hear })
      if (this.#closed) {
        chain.close()
        return true
      }
      this.#door = await chain.reach(this.api)
      this.#chain = chain
      ready = true
      for (const event of early) onEvent?.(event)
      return !early.some(event => event.type === 'closed')
    } catch (error) {
      onEvent?.({ type: 'no-path', code: error instanceof ConetError ? error.code : 'NO_PATH' })
      return false
    }
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
