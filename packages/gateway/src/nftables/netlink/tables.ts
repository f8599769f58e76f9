import {
  ELEMENT_TYPE,
  type Element,
  type ElementState,
  type ElementVerb,
  elementKey,
  readCounters,
  readElements,
  writeElements,
} from './elements.js'
import { attributesOf } from './reader.js'
import { LIST_BYTES, RENEWAL_BYTES, type Renewal, renewalLists, type WrittenList } from './renewal.js'
import { errnoName, errorNumber, NetlinkError, NetlinkLine } from './socket.js'
import { Writer } from './writer.js'

const NETFILTER = 12
const NFTABLES = 10
const INET = 1
const BATCH_BEGIN = 16
const BATCH_END = 17
const GENERATION = 16
const GENERATION_ID = 1
const DONE = 3
const REQUEST = 1
const ACK = 4
const DUMP = 0x300
const CREATE = 0x400
/** A send longer than the socket's buffer is refused by the kernel (EMSGSIZE): it holds 320 KiB at least. Sizes here are bounds from above. */
const BATCH_BYTES = 150_000
/** Renewals are measured to the byte; headers of a few messages come on top. */
const RENEWALS_AT_ONCE = Math.floor(200_000 / RENEWAL_BYTES)
/** More answers at once than these would not fit the receive buffer. */
const READS_AT_ONCE = 24

/** Room for what stands around the elements of a transaction. */
const HEADERS_BYTES = 4_096

const typeOf = (message: number) => (NFTABLES << 8) | message

/** One change of an element. */
export interface ElementChange {
  readonly verb: ElementVerb
  readonly element: Element
}

interface ElementList {
  readonly verb: ElementVerb
  readonly set: string
  readonly elements: Element[]
}

const writtenLists = (table: string, groups: readonly (readonly ElementChange[])[]): WrittenList[] =>
  listsOf(groups).map(({ verb, set, elements }) => ({ verb, write: to => writeElements(to, table, set, elements) }))

/**
 * What groups do at the same step goes into one message, as long as it is the same: thousands of elements cost a few messages.
 * The order within a group stays; groups of one call name different elements.
 */
function listsOf(groups: readonly (readonly ElementChange[])[]): ElementList[] {
  const lists: ElementList[] = []
  const steps = groups.reduce((most, group) => Math.max(most, group.length), 0)
  let size = 0
  for (let step = 0; step < steps; step++) {
    for (const group of groups) {
      const change = group[step]
      if (change === undefined) continue
      const { verb, element } = change
      const open = lists.at(-1)
      size += sizeOf(element)
      if (open?.verb === verb && open.set === element.set && size < LIST_BYTES) open.elements.push(element)
      else {
        lists.push({ verb, set: element.set, elements: [element] })
        size = sizeOf(element)
      }
    }
  }
  return lists
}

/** Changes and reads elements of one table of family `inet`. */
export class NftablesLine {
  readonly #line = new NetlinkLine(NETFILTER)
  readonly #sets = new NetlinkLine(NETFILTER, 'long')
  /** Transactions that this line committed: each moves the kernel's generation by one. */
  commits = 0

  constructor(readonly table: string) {}

  close(): void {
    this.#line.close()
    this.#sets.close()
  }

  /**
   * Makes groups of changes in as few transactions as fit. A group is never divided: all of it happens or none.
   *
   * @throws NetlinkError of the first group that was refused; groups of earlier transactions stay
   */
  async change(groups: readonly (readonly ElementChange[])[]): Promise<void> {
    let batch: (readonly ElementChange[])[] = []
    let size = 0
    for (const group of groups) {
      batch.push(group)
      size += group.reduce((sum, { element }) => sum + sizeOf(element), 0)
      if (size < BATCH_BYTES) continue
      await this.#commit(writtenLists(this.table, batch))
      ;[batch, size] = [[], 0]
    }
    if (batch.length > 0) await this.#commit(writtenLists(this.table, batch))
  }

  /** Puts leases in place of those of the same numbers, in as few transactions as fit; each is replaced within one (Linux 6.3). */
  async renew(set: string, leases: readonly Renewal[]): Promise<void> {
    for (let at = 0; at < leases.length; at += RENEWALS_AT_ONCE) {
      const part = leases.slice(at, at + RENEWALS_AT_ONCE)
      await this.#commit(renewalLists(this.table, set, part), RENEWAL_BYTES * part.length + HEADERS_BYTES)
    }
  }

  async #commit(lists: readonly WrittenList[], size?: number): Promise<void> {
    // The kernel says nothing to a transaction without a message.
    if (lists.length === 0) return
    const first = this.#line.takeSeq(lists.length + 2)
    const last = first + lists.length
    const to = new Writer(size)
    writeBatchEdge(to, BATCH_BEGIN, first)
    lists.forEach(({ verb, write }, index) => {
      const seq = first + 1 + index
      const flags = REQUEST | (verb === 'add' ? CREATE : 0) | (seq === last ? ACK : 0)
      const at = to.beginMessage(typeOf(ELEMENT_TYPE[verb]), flags, seq)
      to.netfilter(INET)
      write(to)
      to.endMessage(at)
    })
    writeBatchEdge(to, BATCH_END, last + 1)
    await this.#line.exchange(to.bytes(), first, last, message => {
      const error = errorNumber(message)
      if (error !== undefined && error !== 0) throw new NetlinkError(errnoName(error), message.seq)
      return message.seq === last
    })
    this.commits++
  }

  /** Reads single elements; those that do not exist are left out. */
  async read(set: string, keys: readonly Uint8Array[]): Promise<Map<string, ElementState>> {
    const found = new Map<string, ElementState>()
    for (let at = 0; at < keys.length; at += READS_AT_ONCE) {
      await this.#readSome(set, keys.slice(at, at + READS_AT_ONCE), found)
    }
    return found
  }

  async #readSome(set: string, keys: readonly Uint8Array[], found: Map<string, ElementState>): Promise<void> {
    const first = this.#line.takeSeq(keys.length)
    const to = new Writer()
    keys.forEach((key, index) => {
      const at = to.beginMessage(typeOf(ELEMENT_TYPE.get), REQUEST, first + index)
      to.netfilter(INET)
      writeElements(to, this.table, set, [{ set, key }])
      to.endMessage(at)
    })
    let answers = 0
    await this.#line.exchange(to.bytes(), first, first + keys.length - 1, message => {
      answers++
      const error = errorNumber(message)
      if (error === undefined) for (const state of readElements(message.body)) found.set(elementKey(state.key), state)
      else if (errnoName(error) !== 'ENOENT') throw new NetlinkError(errnoName(error), message.seq)
      return answers === keys.length
    })
  }

  /** Reads a whole set: cheaper than single elements from a few hundred on. */
  async readAll(set: string): Promise<Map<string, ElementState>> {
    const found = new Map<string, ElementState>()
    await this.#dump(set, body => {
      for (const state of readElements(body)) found.set(elementKey(state.key), state)
    })
    return found
  }

  /** Bytes of every counter of a set whose keys are numbers. */
  async readCounters(set: string): Promise<Map<number, number>> {
    const found = new Map<number, number>()
    await this.#dump(set, body => readCounters(body, found))
    return found
  }

  async #dump(set: string, take: (body: Buffer) => void): Promise<void> {
    const seq = this.#sets.takeSeq(1)
    const to = new Writer()
    const at = to.beginMessage(typeOf(ELEMENT_TYPE.get), REQUEST | DUMP, seq)
    to.netfilter(INET)
    to.text(1, this.table)
    to.text(2, set)
    to.endMessage(at)
    await this.#sets.exchange(to.bytes(), seq, seq, message => {
      const error = errorNumber(message)
      if (error !== undefined && error !== 0) throw new NetlinkError(errnoName(error), seq)
      if (message.type === DONE || error === 0) return true
      take(message.body)
      return false
    })
  }

  /** The kernel's count of committed transactions, whoever made them. */
  async generation(): Promise<number> {
    const seq = this.#line.takeSeq(1)
    const to = new Writer()
    const at = to.beginMessage(typeOf(GENERATION), REQUEST, seq)
    to.netfilter(0)
    to.endMessage(at)
    let generation = 0
    await this.#line.exchange(to.bytes(), seq, seq, message => {
      const error = errorNumber(message)
      if (error !== undefined && error !== 0) throw new NetlinkError(errnoName(error), seq)
      generation = attributesOf(message.body, 4).get(GENERATION_ID)?.readUInt32BE() ?? 0
      return true
    })
    return generation
  }
}

function writeBatchEdge(to: Writer, type: number, seq: number): void {
  const at = to.beginMessage(type, REQUEST, seq)
  to.netfilter(0, NFTABLES)
  to.endMessage(at)
}

/** Upper bound of an element's bytes in a message. */
function sizeOf({ key, data, timeoutMs, quota, rate }: Element): number {
  const expression = quota === undefined ? 0 : 44
  return (
    12 +
    key.length +
    (data === undefined ? 0 : 12) +
    (timeoutMs === undefined ? 0 : 12) +
    expression +
    (rate === undefined ? 0 : 72)
  )
}
