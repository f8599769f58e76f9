/** Size of a netlink message's header (struct nlmsghdr). */
export const HEADER = 16

const FIRST_SIZE = 16_384

/** Builds netlink messages one behind the other: lengths are filled in when a part ends. */
export class Writer {
  #buffer: Buffer
  #length = 0

  /** @param size - bytes that will probably be needed */
  constructor(size = FIRST_SIZE) {
    this.#buffer = Buffer.allocUnsafe(size)
  }

  get length(): number {
    return this.#length
  }

  /** What was written; valid until the next write. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** @returns where the message begins, for `endMessage` */
  beginMessage(type: number, flags: number, seq: number): number {
    const at = this.#grow(HEADER)
    this.#buffer.fill(0, at, at + HEADER)
    this.#buffer.writeUInt16LE(type, at + 4)
    this.#buffer.writeUInt16LE(flags, at + 6)
    this.#buffer.writeUInt32LE(seq, at + 8)
    return at
  }

  endMessage(at: number): void {
    this.#buffer.writeUInt32LE(this.#length - at, at)
  }

  /** The header of netfilter messages (struct nfgenmsg); `resource` stands in network order. */
  netfilter(family: number, resource = 0): void {
    const at = this.#grow(4)
    this.#buffer.writeUInt8(family, at)
    this.#buffer.writeUInt8(0, at + 1)
    this.#buffer.writeUInt16BE(resource, at + 2)
  }

  /** @returns where the bytes stand */
  raw(bytes: Uint8Array): number {
    const at = this.#grow(bytes.length)
    this.#buffer.set(bytes, at)
    return at
  }

  /** Four bytes in the machine's order in place of what stands there. */
  putNumber(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at)
  }

  /** Eight bytes in network order in place of what stands there. */
  putU64(at: number, value: bigint): void {
    this.#buffer.writeBigUInt64BE(value, at)
  }

  /** Opens an attribute that holds attributes. */
  beginNest(type: number): number {
    const at = this.#grow(4)
    this.#buffer.writeUInt16LE(type | 0x8000, at + 2)
    return at
  }

  endNest(at: number): void {
    this.#buffer.writeUInt16LE(this.#length - at, at)
  }

  attribute(type: number, value: Uint8Array): void {
    const padded = (value.length + 3) & ~3
    const at = this.#grow(4 + padded)
    this.#buffer.writeUInt16LE(4 + value.length, at)
    this.#buffer.writeUInt16LE(type, at + 2)
    this.#buffer.set(value, at + 4)
    if (padded > value.length) this.#buffer.fill(0, at + 4 + value.length, at + 4 + padded)
  }

  /** Text with the closing zero the kernel expects. */
  text(type: number, value: string): void {
    this.attribute(type, Buffer.from(`${value}\0`, 'latin1'))
  }

  u32(type: number, value: number): void {
    const at = this.#grow(8)
    this.#buffer.writeUInt16LE(8, at)
    this.#buffer.writeUInt16LE(type, at + 2)
    this.#buffer.writeUInt32BE(value, at + 4)
  }

  u64(type: number, value: bigint): void {
    const at = this.#grow(12)
    this.#buffer.writeUInt16LE(12, at)
    this.#buffer.writeUInt16LE(type, at + 2)
    this.#buffer.writeBigUInt64BE(value, at + 4)
  }

  #grow(size: number): number {
    const at = this.#length
    this.#length += size
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#buffer.length))
      larger.set(this.#buffer)
      this.#buffer = larger
    }
    return at
  }
}
