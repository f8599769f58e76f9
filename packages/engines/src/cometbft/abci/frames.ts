/** CometBFT's own bound is 100 MiB; a block is 2 MiB here and a snapshot's chunk below 10. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024
/** A length up to 2^35 - 1 takes five bytes. */
const MAX_LENGTH_BYTES = 5

/** Why a connection's bytes are no frames. */
export class FrameError extends Error {}

/** Cuts a stream into messages: each is its length as an unsigned varint, then so many bytes. */
export class FrameReader {
  readonly #maxBytes: number
  #kept: Buffer[] = []
  #size = 0

  constructor(maxBytes = MAX_FRAME_BYTES) {
    this.#maxBytes = maxBytes
  }

  /**
   * @returns the messages that are complete now
   * @throws FrameError if a length is too large or no varint; the stream is useless afterwards
   */
  push(chunk: Buffer): Buffer[] {
    this.#kept.push(chunk)
    this.#size += chunk.length
    const wanted = this.#wanted()
    if (wanted === undefined || this.#size < wanted) return []
    return this.#cut()
  }

  /** Bytes of the first message with its length; `undefined` while the length itself is incomplete. */
  #wanted(): number | undefined {
    let head = this.#kept[0]
    if (head === undefined) return undefined
    if (head.length < MAX_LENGTH_BYTES && this.#kept.length > 1) head = this.#join()
    const length = this.#lengthAt(head, 0)
    return length === undefined ? undefined : length.start + length.bytes
  }

  #cut(): Buffer[] {
    const all = this.#join()
    const messages: Buffer[] = []
    let at = 0
    for (;;) {
      const length = this.#lengthAt(all, at)
      if (length === undefined || length.start + length.bytes > all.length) break
      at = length.start + length.bytes
      messages.push(all.subarray(length.start, at))
    }
    this.#kept = at < all.length ? [all.subarray(at)] : []
    this.#size = all.length - at
    return messages
  }

  #join(): Buffer {
    const [only] = this.#kept
    const all = this.#kept.length === 1 && only !== undefined ? only : Buffer.concat(this.#kept)
    this.#kept = [all]
    return all
  }

  #lengthAt(bytes: Buffer, at: number): { start: number; bytes: number } | undefined {
    let value = 0
    for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
      const byte = bytes[at + i]
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) {
        if (value > this.#maxBytes) throw new FrameError(`a message of ${value} bytes; ${this.#maxBytes} are allowed`)
        return { start: at + i + 1, bytes: value }
      }
    }
    throw new FrameError('a length that is no varint')
  }
}

/** One message with its length before it. */
export function frame(payload: Uint8Array): Buffer {
  const head: number[] = []
  let rest = payload.length
  while (rest >= 0x80) {
    head.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  head.push(rest)
  return Buffer.concat([Buffer.from(head), payload])
}
