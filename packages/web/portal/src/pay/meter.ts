import type { OwnCount, StatementPayload } from '@conet/core/rounds'

/**
 * A page cannot count what its device sends and receives: it takes the gateway's count over, once the user's budget allowed what it
 * costs. The tariff, the times and the signature are still checked; the count of bytes is not.
 */
export class TakenCount {
  #count: OwnCount = { bytesUp: 0n, bytesDown: 0n, inFlight: 0n }

  read(): OwnCount {
    return this.#count
  }

  take({ bytesUp, bytesDown }: Pick<StatementPayload, 'bytesUp' | 'bytesDown'>): void {
    this.#count = { bytesUp, bytesDown, inFlight: 0n }
  }
}
