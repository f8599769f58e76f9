import { attributeList, attributesOf } from './reader.js'
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
  to.text(LIST.table, table)
  to.text(LIST.set, set)
  const list = to.beginNest(LIST.elements)
  for (const element of elements) writeElement(to, element)
  to.endNest(list)
}

function writeElement(to: Writer, element: Element): void {
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
  if (list === undefined) return []
  return [...attributeList(list)].map(([, element]) => readElement(element))
}

function readElement(element: Buffer): ElementState {
  const parts = attributesOf(element)
  const key = parts.get(ELEMENT.key)
  const expires = parts.get(ELEMENT.expiration)
  const expression = parts.get(ELEMENT.expression)
  return {
    key: (key && attributesOf(key).get(VALUE)) ?? Buffer.alloc(0),
    bytes: expression && counterBytes(expression),
    expiresInMs: expires && Number(expires.readBigUInt64BE()),
  }
}

function counterBytes(expression: Buffer): number | undefined {
  const parts = attributesOf(expression)
  if (parts.get(EXPRESSION.name)?.toString('latin1') !== 'counter\0') return undefined
  const data = parts.get(EXPRESSION.data)
  const bytes = data && attributesOf(data).get(COUNTER_BYTES)
  return bytes && Number(bytes.readBigUInt64BE())
}

/** The text under which answers are found again. */
export function elementKey(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1')
}
