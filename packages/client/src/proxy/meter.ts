import { BrokenFlows, type OwnCount, underWayBytes, unreadBytes } from '@conet/core/rounds'
import type { Bytes, Millis } from '@conet/core/units'
import type { LinkCount } from './link.js'

/** A program that reads at all takes a buffer's worth within this time; a shorter stop leaves little under way. */
const STALL_MS: Millis = 100
/** A flow on which nothing has come for so long has nothing under way: longer than the queues of slow lines. */
const QUIET_MS: Millis = 10_000

/** One flow of a session, from `begin` to `end`. */
export interface CountedFlow {
  bytesDown: number
  /** When it began, or the last bytes came down. */
  movedAt: number
  /** Since when its local program takes nothing. */
  stalledSince: number | undefined
}

/** The client's own count of one session: payload after the tunnel stands, both ways (RND-6). */
export class FlowMeter {
  bytesUp: Bytes = 0n
  bytesDown: Bytes = 0n
  readonly #open = new Set<CountedFlow>()
  readonly #broken = new BrokenFlows()
  #firstByte: () => void = () => {}
  /** Resolves when the first byte of the session came down. */
  readonly firstByte = new Promise<void>(resolve => {
    this.#firstByte = resolve
  })

  /** Where the gateway lets the whole device through: what its link carried, which more programs use than ours. */
  link: (() => LinkCount) | undefined

  readonly #overChain: boolean

  /** @param overChain - relays lead to the provider: what it has counted waits at the exit, whatever the slow way has room for */
  constructor(overChain = false) {
    this.#overChain = overChain
  }

  get openFlows(): number {
    return this.#open.size
  }

  begin(): CountedFlow {
    const flow: CountedFlow = { bytesDown: 0, movedAt: performance.now(), stalledSince: undefined }
    this.#open.add(flow)
    return flow
  }

  up(bytes: number): void {
    this.bytesUp += BigInt(bytes)
  }

  down(flow: CountedFlow, bytes: number): void {
    if (this.bytesDown === 0n) this.#firstByte()
    flow.bytesDown += bytes
    flow.movedAt = performance.now()
    this.bytesDown += BigInt(bytes)
  }

  /** A flow's local program stopped (`true`) or went on reading. */
  stalled(flow: CountedFlow, is: boolean): void {
    flow.stalledSince = is ? (flow.stalledSince ?? performance.now()) : undefined
  }

  /**
   * A flow is over.
   *
   * @param broken - the local side broke it off with data under way; a flow that the provider's side broke is not for the client to pay
   */
  end(flow: CountedFlow, broken: boolean): void {
    if (this.#open.delete(flow) && broken) this.#broken.add(BigInt(flow.bytesDown))
  }

  read(): OwnCount {
    const { bytesUp, bytesDown } = this
    const quietSince = performance.now() - QUIET_MS
    let inFlight = this.#broken.bytes
    for (const flow of this.#open) {
      const down = BigInt(flow.bytesDown)
      const moves = flow.movedAt > quietSince
      if (this.isStalled(flow) || (moves && this.#overChain)) inFlight += unreadBytes(down)
      else if (moves) inFlight += underWayBytes(down)
    }
    const link = this.link?.() ?? { up: 0n, down: 0n }
    return { bytesUp: most(bytesUp, link.up), bytesDown: most(bytesDown, link.down), inFlight }
  }

  /** Whether a flow's local program has not read for a while. */
  isStalled({ stalledSince }: CountedFlow): boolean {
    return stalledSince !== undefined && stalledSince <= performance.now() - STALL_MS
  }
}

function most(one: Bytes, other: Bytes): Bytes {
  return one > other ? one : other
}
