import type { OwnCount } from '@conet/core/rounds'
import type { Bytes } from '@conet/core/units'

/** What two TCP buffers on the way may hold for a flow that the local program does not read now (RND-6). */
const STALLED_FLOW_BYTES: Bytes = 10n * 1_048_576n
/** What may be lost unread when a flow is aborted: kernel socket buffers (RND-6). */
const ABORTED_FLOW_BYTES: Bytes = 4n * 1_048_576n
/** Aborted flows widen what a provider may claim for good, so only so many do in a session (RND-6). */
const MOST_ABORTED = 4

/** A program that reads at all takes a buffer's worth within this time; a shorter stop leaves little under way. */
const STALL_MS = 100

/** The client's own count of one session: payload after the tunnel stands, both ways (RND-6). */
export class FlowMeter {
  bytesUp: Bytes = 0n
  bytesDown: Bytes = 0n
  openFlows = 0
  readonly #stalledSince = new Map<object, number>()
  #aborted = 0
  #firstByte: () => void = () => {}
  /** Resolves when the first byte of the session came down. */
  readonly firstByte = new Promise<void>(resolve => {
    this.#firstByte = resolve
  })

  up(bytes: number): void {
    this.bytesUp += BigInt(bytes)
  }

  down(bytes: number): void {
    if (this.bytesDown === 0n) this.#firstByte()
    this.bytesDown += BigInt(bytes)
  }

  /** A flow's local program stopped (`true`) or went on reading; `flow` is any object that stands for it. */
  stalled(flow: object, is: boolean): void {
    if (!is) this.#stalledSince.delete(flow)
    else if (!this.#stalledSince.has(flow)) this.#stalledSince.set(flow, performance.now())
  }

  /** The local side broke a flow off with data under way; a flow that the provider's side broke is not for the client to pay. */
  aborted(): void {
    if (this.#aborted < MOST_ABORTED) this.#aborted++
  }

  read(): OwnCount {
    const { bytesUp, bytesDown } = this
    const before = performance.now() - STALL_MS
    const stalled = [...this.#stalledSince.values()].filter(since => since <= before).length
    const inFlight = BigInt(stalled) * STALLED_FLOW_BYTES + BigInt(this.#aborted) * ABORTED_FLOW_BYTES
    return { bytesUp, bytesDown, inFlight }
  }
}
