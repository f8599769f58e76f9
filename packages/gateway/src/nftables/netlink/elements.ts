import { attributesOf, scanAttributes } from './reader.js'
import type { Writer } from './writer.js'

/** One element of a set or map, with what hangs on it. */
export interface Element {
  readonly set: string
  readonly key: Uint8Array
  /** What a map answers for the key. */
  readonly data?: Uint8Array
  /** Milliseconds after which the kernel takes the element out by itself. */
  readonly timeoutMs?: number
  /** Bytes that may match before the element stops matching. */
  readonly quota?: bigint
  /** Bytes a second above which the element matches. */
  readonly rate?: bigint
}

/** `destroy` asks nothing: an element that is already gone is no error (kernel 6.3 and later). */
export type ElementVerb = 'add' | 'delete' | 'destroy'

/** Message types of nf_tables.h, within their subsystem. */
export const ELEMENT_TYPE: Readonly<Record<ElementVerb | 'get', number>> = { add: 12, get: 13, delete: 14, destroy: 30 }

const LIST = { table: 1, set: 2, elements: 3 }
const ELEMENT = { key: 1, data: 2, timeout: 4, expiration: 5, expression: 7, expressions: 11 }
const VALUE = 1
const EXPRESSION = { name: 1, data: 2 }
const QUOTA = { bytes: 1, flags: 2 }
const LIMIT = { rate: 1, unit: 2, burst: 3, type: 4, flags: 5 }
const LIMIT_BY_BYTES = 1
const LIMIT_OVER = 1
const COUNTER_BYTES = 1

/** Writes the attributes of a message about elements of one set. */
export function writeElements(to: Writer, table: string, set: string, elements: readonly Element[]): void {
  writeList(to, table, set, () => {
    for (const element of elements) writeElement(to, element)
  })
}

/** The same, with the elements written by the caller. */
export function writeList(to: Writer, table: string, set: string, write: () => void): void {
  to.text(LIST.table, table)
  to.text(LIST.set, set)
  const list = to.beginNest(LIST.elements)
  write()
  to.endNest(list)
}

/** Writes one element of a list. */
export function writeElement(to: Writer, element: Element): void {
  const one = to.beginNest(1)
  writeValue(to, ELEMENT.key, element.key)
  if (element.data !== undefined) writeValue(to, ELEMENT.data, element.data)
  if (element.timeoutMs !== undefined) to.u64(ELEMENT.timeout, BigInt(element.timeoutMs))
  if (element.quota !== undefined) writeQuota(to, element.quota)
  if (element.rate !== undefined) writeRate(to, element.rate)
  to.endNest(one)
}

function writeValue(to: Writer, type: number, value: Uint8Array): void {
  const nest = to.beginNest(type)
  to.attribute(VALUE, value)
  to.endNest(nest)
}

function writeQuota(to: Writer, bytes: bigint): void {
  const expression = beginExpression(to, 'quota')
  to.u64(QUOTA.bytes, bytes)
  to.u32(QUOTA.flags, 0)
  endExpression(to, expression)
}

/** The bucket holds one second's worth: the kernel adds the burst to it. */
function writeRate(to: Writer, bytes: bigint): void {
  const expression = beginExpression(to, 'limit')
  to.u64(LIMIT.rate, bytes)
  to.u64(LIMIT.unit, 1n)
  to.u32(LIMIT.burst, 0)
  to.u32(LIMIT.type, LIMIT_BY_BYTES)
  to.u32(LIMIT.flags, LIMIT_OVER)
  endExpression(to, expression)
}

function beginExpression(to: Writer, name: string): readonly [number, number] {
  const outer = to.beginNest(ELEMENT.expression)
  to.text(EXPRESSION.name, name)
  return [outer, to.beginNest(EXPRESSION.data)]
}

function endExpression(to: Writer, [outer, inner]: readonly [number, number]): void {
  to.endNest(inner)
  to.endNest(outer)
}

/** What the kernel tells of an element. */
export interface ElementState {
  readonly key: Buffer
  /** Bytes of its counter, if it has one. */
  readonly bytes: number | undefined
  /** Milliseconds until it goes, if it carries a time. */
  readonly expiresInMs: number | undefined
}

/** Reads the elements of one answer; `body` as in `Message`. */
export function readElements(body: Buffer): ElementState[] {
  const list = attributesOf(body, 4).get(LIST.elements)
  const found: ElementState[] = []
  if (list !== undefined)
    scanAttributes(list, 0, list.length, (_, from, end) => found.push(readElement(list, from, end)))
  return found
}

/** Takes the counters of one answer, by number, and makes nothing else: a crowd is read again and again. */
export function readCounters(body: Buffer, into: Map<number, number>): void {
  let [number, bytes]: (number | undefined)[] = []
  const part = (type: number, at: number, to: number) => {
    if (type === ELEMENT.key) number = numberIn(body, at, to)
    else if (type === ELEMENT.expression) bytes = counterBytes(body, at, to)
  }
  const element = (_: number, from: number, end: number) => {
    ;[number, bytes] = [undefined, undefined]
    scanAttributes(body, from, end, part)
    if (number !== undefined && bytes !== undefined) into.set(number, bytes)
  }
  scanAttributes(body, 4, body.length, (type, from, end) => {
    if (type === LIST.elements) scanAttributes(body, from, end, element)
  })
}

/** A key of four bytes, in the machine's order. */
function numberIn(data: Buffer, from: number, end: number): number | undefined {
  let number: number | undefined
  scanAttributes(data, from, end, (type, at, to) => {
    if (type === VALUE && to - at === 4) number = data.readUInt32LE(at)
  })
  return number
}

function readElement(data: Buffer, from: number, end: number): ElementState {
  let key: Buffer = NO_KEY
  let [bytes, expiresInMs]: (number | undefined)[] = []
  scanAttributes(data, from, end, (type, at, to) => {
    if (type === ELEMENT.key) key = valueIn(data, at, to)
    else if (type === ELEMENT.expiration) expiresInMs = number64(data, at, to)
    else if (type === ELEMENT.expression) bytes = counterBytes(data, at, to)
  })
  return { key, bytes, expiresInMs }
}

const NO_KEY = Buffer.alloc(0)
const COUNTER = Buffer.from('counter\0', 'latin1')

const number64 = (data: Buffer, from: number, end: number) =>
  end - from < 8 ? undefined : data.readUInt32BE(from) * 0x1_0000_0000 + data.readUInt32BE(from + 4)

function valueIn(data: Buffer, from: number, end: number): Buffer {
  let value: Buffer = NO_KEY
  scanAttributes(data, from, end, (type, at, to) => {
    if (type === VALUE) value = data.subarray(at, to)
  })
  return value
}

function counterBytes(data: Buffer, from: number, end: number): number | undefined {
  let counts = false
  let bytes: number | undefined
  scanAttributes(data, from, end, (type, at, to) => {
    if (type === EXPRESSION.name) counts = COUNTER.compare(data, at, to) === 0
    if (type !== EXPRESSION.data || !counts) return
    scanAttributes(data, at, to, (part, first, last) => {
      if (part === COUNTER_BYTES) bytes = number64(data, first, last)
    })
  })
  return bytes
}

/** The text under which answers are found again. */
export function elementKey(key: Uint8Array): string {
  return (Buffer.isBuffer(key) ? key : Buffer.from(key)).toString('latin1')
}
