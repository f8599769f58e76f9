import type { Bytes } from '../units/index.js'

const MIB = 1_048_576n
/** The largest send buffer of Linux (`tcp_wmem`, ip-sysctl.rst). It may be as large from the beginning. */
const SEND_BUFFER_BYTES: Bytes = 4n * MIB
/** The largest receive buffer of Linux (`tcp_rmem`, ip-sysctl.rst; 6 MiB before 6.16). It grows with what is read. */
const RECEIVE_BUFFER_BYTES: Bytes = 32n * MIB
/** What a sender may have under way before anything is acknowledged. */
const FIRST_BYTES: Bytes = MIB / 4n
/** So many flows that were broken off may have lost a whole send buffer, whatever came through them. */
const BELIEVED_FLOWS = 4
/** Linux lets a send buffer grow to twice what is acknowledged in one round trip: to twice what came, at most. */
const GROWTH = 2n

/**
 * The most that lies in buffers on the way for a flow whose receiver does not read (RND-6).
 *
 * @param bytesDown - what came down on this flow
 */
export function unreadBytes(bytesDown: Bytes): Bytes {
  return SEND_BUFFER_BYTES + atMost(RECEIVE_BUFFER_BYTES, bytesDown)
}

/**
 * The most that lies in the sender's buffer for a flow whose receiver reads, where the way between them is slow (RND-6).
 *
 * @param bytesDown - what came down on this flow
 */
export function underWayBytes(bytesDown: Bytes): Bytes {
  return atMost(SEND_BUFFER_BYTES, FIRST_BYTES + GROWTH * bytesDown)
}

/**
 * Flows that the paying side broke off with data under way (RND-6). What they lost widens for good what a provider may claim, so
 * whoever opens and breaks many without taking anything is soon not believed any more.
 */
export class BrokenFlows {
  #flows = 0
  #bytes: Bytes = 0n

  /** @param bytesDown - what came down on the flow until it was broken off */
  add(bytesDown: Bytes): void {
    this.#flows++
    const believed = this.#flows <= BELIEVED_FLOWS
    this.#bytes += believed
      ? unreadBytes(bytesDown)
      : atMost(SEND_BUFFER_BYTES, GROWTH * bytesDown) + atMost(RECEIVE_BUFFER_BYTES, bytesDown)
  }

  /** The most that all of them together may have lost. */
  get bytes(): Bytes {
    return this.#bytes
  }
}

function atMost(limit: Bytes, bytes: Bytes): Bytes {
  return bytes < limit ? bytes : limit
}
