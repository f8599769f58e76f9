import { BrokenFlows, type OwnCount, unreadBytes } from '@conet/core/rounds'
import type { Bytes } from '@conet/core/units'

/** A program that reads at all takes a buffer's worth within this time; a shorter stop leaves little under way. */
const STALL_MS = 100

/** One flow of a session, counted by whoever joins its two sides. */
export interface CountedFlow {
  bytesDown: number
}

/** The client's own count of one session: payload after the tunnel stands, both ways (RND-6). */
export class FlowMeter {
  bytesUp: Bytes = 0n
  bytesDown: Bytes = 0n
  openFlows = 0
  readonly #stalledSince = new Map<CountedFlow, number>()
  readonly #broken = new BrokenFlows()
  #firstByte: () => void = () => {}
  /** Resolves when the first byte of the session came down. */
  readonly firstByte = new Promise<void>(resolve => {
    this.#firstByte = resolve
  })

  up(bytes: number): void {
    this.bytesUp += BigInt(bytes)
  }

  down(flow: CountedFlow, bytes: number): void {
    if (this.bytesDown === 0n) this.#firstByte()
    flow.bytesDown += bytes
    this.bytesDown += BigInt(bytes)
  }

  /** A flow's local program stopped (`true`) or went on reading. */
  stalled(flow: CountedFlow, is: boolean): void {
    if (!is) this.#stalledSince.delete(flow)
    else if (!this.#stalledSince.has(flow)) this.#stalledSince.set(flow, performance.now())
  }

  /** The local side broke a flow off with data under way; a flow that the provider's side broke is not for the client to pay. */
  broken(flow: CountedFlow): void {
    this.#stalledSince.delete(flow)
    this.#broken.add(BigInt(flow.bytesDown))
  }

  read(): OwnCount {
    const { bytesUp, bytesDown } = this
    let inFlight = this.#broken.bytes
    for (const flow of this.#stalledSince.keys())
      if (this.isStalled(flow)) inFlight += unreadBytes(BigInt(flow.bytesDown))
    return { bytesUp, bytesDown, inFlight }
  }

  /** Whether a flow's local program has not read for a while. */
  isStalled(flow: CountedFlow): boolean {
    const since = this.#stalledSince.get(flow)
    return since !== undefined && since <= performance.now() - STALL_MS
  }
}
