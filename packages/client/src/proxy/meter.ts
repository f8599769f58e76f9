import type { OwnCount } from '@conet/core/rounds'
import type { Bytes } from '@conet/core/units'

/** What two TCP buffers on the way may hold for a flow that the local program does not read now (RND-6). */
const STALLED_FLOW_BYTES: Bytes = 10n * 1_048_576n
/** What may be lost unread when a flow is aborted that was read until then: the sender's buffer (RND-6). */
const ABORTED_FLOW_BYTES: Bytes = 4n * 1_048_576n
/**
 * Aborted flows widen what a provider may claim for good: all together by this much, or by as much as came through, if that is more
 * (RND-6). Who breaks off many flows that brought something has this much on the way; who only opens and breaks them has not.
 */
const ABORTED_BYTES: Bytes = 4n * ABORTED_FLOW_BYTES

/** A program that reads at all takes a buffer's worth within this time; a shorter stop leaves little under way. */
const STALL_MS = 100

/** The client's own count of one session: payload after the tunnel stands, both ways (RND-6). */
export class FlowMeter {
  bytesUp: Bytes = 0n
  bytesDown: Bytes = 0n
  openFlows = 0
  readonly #stalledSince = new Map<object, number>()
  #aborted: Bytes = 0n
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
  aborted(flow: object): void {
    this.#stalledSince.delete(flow)
    this.#aborted += ABORTED_FLOW_BYTES
  }

  read(): OwnCount {
    const { bytesUp, bytesDown } = this
    const stalled = [...this.#stalledSince.keys()].filter(flow => this.isStalled(flow)).length
    return { bytesUp, bytesDown, inFlight: BigInt(stalled) * STALLED_FLOW_BYTES + this.#lost }
  }

  /** What aborted flows may have lost. */
  get #lost(): Bytes {
    const own = this.bytesUp + this.bytesDown
    const most = own > ABORTED_BYTES ? own : ABORTED_BYTES
    return this.#aborted < most ? this.#aborted : most
  }

  /** Whether a flow's local program has not read for a while. */
  isStalled(flow: object): boolean {
    const since = this.#stalledSince.get(flow)
    return since !== undefined && since <= performance.now() - STALL_MS
  }
}
