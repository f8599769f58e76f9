import { type ElementVerb, writeElement, writeList } from './elements.js'
import { Writer } from './writer.js'

/** A lease that takes the place of the one before. */
export interface Renewal {
  /** Of the session; the element's key. */
  readonly number: number
  readonly forMs: number
  /** Quota of the element. */
  readonly bytes: bigint
}

/** A list of elements that one message carries. */
export interface WrittenList {
  readonly verb: ElementVerb
  write(to: Writer): void
}

/** One list of elements must fit the 16 bits of an attribute's length. */
export const LIST_BYTES = 60_000

/** Values that stand nowhere else in an element: they tell where its parts are. */
const MARKS = { number: 0x7a6b_5c4d, forMs: 0x1a2b_3c4d_5e6fn, bytes: 0x2b3c_4d5e_6f7an }

const inNetworkOrder = (value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

/** An element as it is written everywhere else, to be copied: a renewal of thousands is this and nothing more. */
function templateOf(withLease: boolean) {
  const to = new Writer()
  const key = Buffer.alloc(4)
  key.writeUInt32LE(MARKS.number)
  writeElement(to, { set: '', key, ...(withLease && { timeoutMs: Number(MARKS.forMs), quota: MARKS.bytes }) })
  const bytes = Buffer.from(to.bytes())
  const at = {
    number: bytes.indexOf(key),
    forMs: bytes.indexOf(inNetworkOrder(MARKS.forMs)),
    bytes: bytes.indexOf(inNetworkOrder(MARKS.bytes)),
  }
  return { bytes, at }
}

const OUT = templateOf(false)
const IN = templateOf(true)

/** Bytes that one renewal takes in a transaction. */
export const RENEWAL_BYTES = OUT.bytes.length + IN.bytes.length

function takeOut(to: Writer, { number }: Renewal): void {
  to.putNumber(to.raw(OUT.bytes) + OUT.at.number, number)
}

function putIn(to: Writer, { number, forMs, bytes }: Renewal): void {
  const at = to.raw(IN.bytes)
  to.putNumber(at + IN.at.number, number)
  to.putU64(at + IN.at.forMs, BigInt(forMs))
  to.putU64(at + IN.at.bytes, bytes)
}

/** The lists of one transaction that replaces leases: all out, whether they are there or not, then all in. */
export function renewalLists(table: string, set: string, leases: readonly Renewal[]): WrittenList[] {
  const listed = (verb: ElementVerb, size: number, one: (to: Writer, lease: Renewal) => void): WrittenList[] => {
    const most = Math.floor(LIST_BYTES / size)
    const parts = Array.from({ length: Math.ceil(leases.length / most) }, (_, index) =>
      leases.slice(index * most, (index + 1) * most),
    )
    return parts.map(part => ({
      verb,
      write: to =>
        writeList(to, table, set, () => {
          for (const lease of part) one(to, lease)
        }),
    }))
  }
  return [...listed('destroy', OUT.bytes.length, takeOut), ...listed('add', IN.bytes.length, putIn)]
}
