/** Writes the few protobuf messages whose bytes are hashed or signed (proto3: zero values are left out). */

const VARINT = 0
const FIXED64 = 1
const BYTES = 2

/** One field; empty if it is left out. */
type Field = readonly number[] | Uint8Array

/** Joins fields, in the order of their numbers, to a message. */
export function message(...fields: readonly Field[]): Uint8Array {
  const length = fields.reduce((sum, field) => sum + field.length, 0)
  const bytes = new Uint8Array(length)
  let at = 0
  for (const field of fields) {
    bytes.set(field, at)
    at += field.length
  }
  return bytes
}

/** int32, int64, uint32, uint64, enum; 0 is left out, below 0 takes ten bytes. */
export function integer(number: number, value: bigint): Field {
  return value === 0n ? [] : [tag(number, VARINT), ...varint(value)]
}

/** sfixed64, little-endian; 0 is left out. */
export function fixed64(number: number, value: bigint): Field {
  if (value === 0n) return []
  const bytes = new Uint8Array(9)
  bytes[0] = tag(number, FIXED64)
  new DataView(bytes.buffer).setBigInt64(1, value, true)
  return bytes
}

/** bytes, string; empty is left out. */
export function bytes(number: number, value: Uint8Array): Field {
  return value.length === 0 ? [] : embedded(number, value)
}

/** A message inside another; written also when it is empty. */
export function embedded(number: number, value: Uint8Array): Field {
  return message([tag(number, BYTES), ...varint(BigInt(value.length))], value)
}

/** The message with its length in front. */
export function delimited(value: Uint8Array): Uint8Array {
  return message(varint(BigInt(value.length)), value)
}

function tag(number: number, type: number): number {
  return (number << 3) | type
}

function varint(value: bigint): number[] {
  const out: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
  return out
}
