import { ok, type Result, reject } from '../errors/index.js'
import type { Did, UnixMillis } from '../units/index.js'
import type { Envelope, Verify } from '../wire/index.js'
import type { Transition, Tx } from './module.js'
import type { SeenTransactions } from './seen.js'
import type { Store } from './store.js'
import type { ModuleTable } from './table.js'
import type { SignedTx } from './types.js'

/** A transaction may expire at most this long after the block's time: bounds what must be remembered (LED-12). */
export const MAX_TX_LIFE_S = 600

/** 16 bytes in base64url; the last character carries two bits. */
const NONCE = /^[A-Za-z0-9_-]{21}[AQgw]$/
const PAYLOAD_MEMBERS = 5

/** What authentication needs beside the transaction. */
export interface Gate {
  readonly lid: string
  readonly table: ModuleTable
  readonly seen: SeenTransactions
  /** The ledger's one Ed25519 verifier; without it only transactions verified before are taken. */
  readonly verify: Verify | undefined
}

/** A well-formed, authentic transaction with the transition it asks for. */
export interface Ready {
  readonly transition: Transition<never>
  readonly tx: Tx<never>
  /** Expiry to remember it by; `undefined` for kinds that are idempotent by themselves. */
  readonly expS: number | undefined
}

interface Asked {
  readonly transition: Transition<never>
  readonly body: Readonly<Record<string, unknown>>
  readonly expS: number | undefined
}

/**
 * Everything that must hold before a transition is asked: cheap checks first, the signature last.
 *
 * @returns codes `KIND_UNKNOWN`, `LEDGER_WRONG`, `PAYLOAD_MALFORMED`, `EXPIRED`, `EXP_TOO_FAR`, `REPLAYED`, `TYPE_UNKNOWN`,
 * the codes of the transition's `parse`, `SIGNER_UNKNOWN`, `SIGNER_REVOKED`, `SIGNATURE_INVALID`
 * @see docs/spec/ledger.md LED-10 to LED-16
 */
export function authenticate(gate: Gate, store: Store, signed: SignedTx, timeMs: UnixMillis): Result<Ready> {
  const { envelope } = signed
  const asked = readAsked(gate, envelope, timeMs)
  if (!asked.ok) return asked
  const { transition, body, expS } = asked.value
  const parsed = transition.parse(body)
  if (!parsed.ok) return parsed
  const genuine = checkSignature(gate, store, signed, timeMs)
  if (!genuine.ok) return genuine
  const { kid } = envelope.header
  const tx: Tx<never> = { hash: envelope.hash, signer: signerOf(kid), kid, body: parsed.value }
  return ok({ transition, tx, expS })
}

function readAsked(gate: Gate, envelope: Envelope, timeMs: UnixMillis): Result<Asked> {
  const { payload } = envelope
  const kind = envelope.header.typ
  if (payload.lid !== gate.lid) return reject('LEDGER_WRONG', { expected: gate.lid })
  if (kind === 'conet-tx+jwt') return readTx(gate, envelope, timeMs)
  const transition = gate.table.byKind.get(kind)
  if (transition === undefined) return reject('KIND_UNKNOWN', { kind })
  return ok({ transition, body: payload, expS: undefined })
}

function readTx(gate: Gate, envelope: Envelope, timeMs: UnixMillis): Result<Asked> {
  const { exp, nonce, type, body } = envelope.payload
  if (Object.keys(envelope.payload).length !== PAYLOAD_MEMBERS) return malformed('')
  if (typeof exp !== 'number' || !Number.isSafeInteger(exp)) return malformed('exp')
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) return malformed('nonce')
  if (typeof type !== 'string') return malformed('type')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return malformed('body')
  if (exp * 1000 <= timeMs) return reject('EXPIRED', { exp, blockTimeMs: timeMs })
  if (exp * 1000 > timeMs + MAX_TX_LIFE_S * 1000) return reject('EXP_TOO_FAR', { exp, blockTimeMs: timeMs })
  if (gate.seen.has(envelope.hash, exp)) return reject('REPLAYED', { hash: envelope.hash })
  const transition = gate.table.byType.get(type)
  if (transition === undefined) return reject('TYPE_UNKNOWN', { type: type.slice(0, 64) })
  return ok({ transition, body: body as Asked['body'], expS: exp })
}

/** The key must be the signer's at this point of the ledger, whoever did the arithmetic and when. */
function checkSignature(gate: Gate, store: Store, signed: SignedTx, timeMs: UnixMillis): Result<undefined> {
  const { envelope, verifiedWith } = signed
  const key = gate.table.signerKey(store, envelope.header.kid, envelope.header.typ, timeMs)
  if (!key.ok) return key
  if (verifiedWith !== undefined && sameBytes(verifiedWith, key.value)) return ok(undefined)
  if (gate.verify?.(key.value, envelope.signingInput, envelope.signature) === true) return ok(undefined)
  return reject('SIGNATURE_INVALID', { kid: envelope.header.kid })
}

function signerOf(kid: string): Did {
  const hash = kid.indexOf('#')
  return hash === -1 ? kid : kid.slice(0, hash)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function malformed(field: string): Result<never, 'PAYLOAD_MALFORMED'> {
  return reject('PAYLOAD_MALFORMED', { field })
}
