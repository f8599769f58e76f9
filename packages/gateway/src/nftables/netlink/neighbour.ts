import { attributesOf } from './reader.js'
import { errnoName, errorNumber, NetlinkError, NetlinkLine } from './socket.js'
import { Writer } from './writer.js'

const ROUTING = 0
const NEW_NEIGHBOUR = 28
const GET_NEIGHBOUR = 30
const REQUEST = 1
const INET4 = 2
const INET6 = 10
const DESTINATION = 1
const LINK_ADDRESS = 2
/** struct ndmsg */
const NEIGHBOUR_HEADER = 12

/** Asks the kernel which hardware address answers for an address on one interface. */
export class NeighbourLine {
  readonly #line = new NetlinkLine(ROUTING)

  /**
   * @param address - 4 or 16 bytes
   * @returns six bytes, or `undefined` if the kernel has not seen that neighbour
   */
  async find(interfaceIndex: number, address: Uint8Array): Promise<Buffer | undefined> {
    const seq = this.#line.takeSeq(1)
    const to = new Writer()
    const at = to.beginMessage(GET_NEIGHBOUR, REQUEST, seq)
    const head = Buffer.alloc(NEIGHBOUR_HEADER)
    head.writeUInt8(address.length === 4 ? INET4 : INET6, 0)
    head.writeInt32LE(interfaceIndex, 4)
    to.raw(head)
    to.attribute(DESTINATION, address)
    to.endMessage(at)
    let found: Buffer | undefined
    await this.#line.exchange(to.bytes(), seq, seq, message => {
      const error = errorNumber(message)
      if (error !== undefined && errnoName(error) !== 'ENOENT') throw new NetlinkError(errnoName(error), seq)
      if (message.type === NEW_NEIGHBOUR) found = attributesOf(message.body, NEIGHBOUR_HEADER).get(LINK_ADDRESS)
      return true
    })
    return found?.length === 6 ? Buffer.from(found) : undefined
  }

  close(): void {
    this.#line.close()
  }
}
