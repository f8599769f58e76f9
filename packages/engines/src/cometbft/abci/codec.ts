import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'
import type { AbciRequest, AbciResponse } from './messages.js'

/** The build copies no `.proto`: it lies beside the source of this file. */
function protoFile(): string {
  const beside = fileURLToPath(new URL('./abci.proto', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../src/cometbft/abci/abci.proto', import.meta.url))
}

const { root } = protobuf.parse(readFileSync(protoFile(), 'utf8'))
const Request = root.lookupType('tendermint.abci.Request')
const Response = root.lookupType('tendermint.abci.Response')

/** Lists are lists although nothing was sent, numbers are 0, bytes are empty: as proto3 says. */
const PLAIN = { longs: BigInt, arrays: true, defaults: true, oneofs: false } as const

/** What a message is called and what it holds; `undefined` for a message that is not ours. */
export interface Named<T> {
  readonly name: string
  readonly value: T
}

/**
 * Reads a request.
 * @returns `undefined` if it is well-formed but none that this application knows
 * @throws Error if the bytes are no message
 */
export function decodeRequest(bytes: Uint8Array): AbciRequest | undefined {
  return pick(Request, bytes) as AbciRequest | undefined
}

/** The bytes of a response; its member is set even if it is empty, for CometBFT refuses a response without one. */
export function encodeResponse({ name, value }: AbciResponse): Uint8Array {
  return Response.encode({ [name]: value }).finish()
}

/** For tests, which play CometBFT. */
export function encodeRequest(name: string, value: object): Uint8Array {
  return Request.encode(Request.fromObject({ [name]: value })).finish()
}

/** For tests, which play CometBFT. */
export function decodeResponse(bytes: Uint8Array): Named<Record<string, unknown>> | undefined {
  return pick(Response, bytes)
}

function pick(type: protobuf.Type, bytes: Uint8Array): Named<Record<string, unknown>> | undefined {
  const message = type.decode(bytes)
  const name = (message as { readonly value?: string }).value
  if (name === undefined) return undefined
  const field = type.fields[name]
  const inner = (message as unknown as Record<string, protobuf.Message>)[name]
  if (!(field?.resolvedType instanceof protobuf.Type) || inner === undefined) return undefined
  return { name, value: field.resolvedType.toObject(inner, PLAIN) }
}

/**
 * A whole number of a message as JavaScript's own.
 * @throws Error if it lies beyond 2^53, where it would be another one
 */
export function exact(value: number | bigint, what: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new Error(`${what} is ${value}, which is beyond what this application counts (2^53)`)
}

/** Milliseconds since the epoch, cut to whole ones: what the ledger counts in. */
export function millis(time: { readonly seconds: number | bigint; readonly nanos: number } | null): number {
  if (time === null) throw new Error('a block has no time')
  return exact(time.seconds, 'the time of a block') * 1000 + Math.floor(time.nanos / 1_000_000)
}
