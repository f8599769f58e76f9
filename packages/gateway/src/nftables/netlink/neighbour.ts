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
/** More answers at once might not fit the receive buffer. */
const AT_ONCE = 64
/** struct ndmsg */
const NEIGHBOUR_HEADER = 12

/** Asks the kernel which hardware address answers for an address on one interface. */
export class NeighbourLine {
  readonly #line = new NetlinkLine(ROUTING)

  /**
   * @param addresses - of 4 or 16 bytes each
   * @returns six bytes for each, or `undefined` where the kernel has not seen that neighbour
   */
  async find(interfaceIndex: number, addresses: readonly Uint8Array[]): Promise<(Buffer | undefined)[]> {
    const found: (Buffer | undefined)[] = []
    for (let at = 0; at < addresses.length; at += AT_ONCE) {
      found.push(...(await this.#findSome(interfaceIndex, addresses.slice(at, at + AT_ONCE))))
    }
    return found
  }

  async #findSome(interfaceIndex: number, addresses: readonly Uint8Array[]): Promise<(Buffer | undefined)[]> {
    const first = this.#line.takeSeq(addresses.length)
    const to = new Writer()
    addresses.forEach((address, index) => {
      const at = to.beginMessage(GET_NEIGHBOUR, REQUEST, first + index)
      const head = Buffer.alloc(NEIGHBOUR_HEADER)
      head.writeUInt8(address.length === 4 ? INET4 : INET6, 0)
      head.writeInt32LE(interfaceIndex, 4)
      to.raw(head)
      to.attribute(DESTINATION, address)
      to.endMessage(at)
    })
    const found = new Array<Buffer | undefined>(addresses.length).fill(undefined)
    let answers = 0
    await this.#line.exchange(to.bytes(), first, first + addresses.length - 1, message => {
      answers++
      const error = errorNumber(message)
      if (error !== undefined && errnoName(error) !== 'ENOENT') throw new NetlinkError(errnoName(error), message.seq)
      const link =
        message.type === NEW_NEIGHBOUR ? attributesOf(message.body, NEIGHBOUR_HEADER).get(LINK_ADDRESS) : undefined
      if (link?.length === 6) found[message.seq - first] = Buffer.from(link)
      return answers === addresses.length
    })
    return found
  }

  close(): void {
    this.#line.close()
  }
}
