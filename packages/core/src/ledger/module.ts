import type { Codes, ErrorData, Rejection, Result } from '../errors/index.js'
import type { Did, DidUrl, Hash, UnixMillis } from '../units/index.js'
import type { Kind } from '../wire/index.js'
import { type Codec, jsonCodec } from './codec.js'
import type { Store } from './store.js'
import type { BlockContext, Genesis, LedgerEvent, Misbehaviour, ValidatorUpdate } from './types.js'

/** A transaction as a transition sees it: authenticated, its body parsed by the transition's own `parse`. */
export interface Tx<B> {
  /** Identity of the message: SHA-256 of its signing input. */
  readonly hash: Hash
  /** DID whose current key signed it. */
  readonly signer: Did
  /** Verification method that signed it. */
  readonly kid: DidUrl
  readonly body: B
}

/** A transition's verdict: events of what was changed, or a rejection that changed nothing. */
export type Outcome = { readonly ok: true; readonly events: readonly LedgerEvent[] } | Rejection

/** Accepts with the events that tell the read model what happened. */
export function accept(...events: readonly LedgerEvent[]): Outcome {
  return { ok: true, events }
}

/**
 * One kind of transaction: a pure function of (store, transaction, block context). Check everything, then change
 * everything; only a broken invariant throws.
 */
export interface Transition<B> {
  /** Which envelope brings it; `conet-tx+jwt` unless stated. For any other kind the whole payload is the body. */
  readonly kind?: Kind
  /** Untrusted body → typed body, or a rejection (usually `PAYLOAD_MALFORMED` with the field). Pure form checks only. */
  parse(body: Readonly<Record<string, unknown>>): Result<B>
  apply(store: Store, tx: Tx<B>, block: BlockContext): Outcome
}

/**
 * Work that runs at the start of a block when its time has come; entries are made with `schedule`.
 *
 * @returns events; scheduled work cannot be rejected: it must cope with whatever it finds
 */
export type ScheduledHandler = (store: Store, id: string, block: BlockContext) => readonly LedgerEvent[]

/** What follows from proven misbehaviour of a validator. Cannot be rejected: it must cope with whatever it is told. */
export type EvidenceHandler = (store: Store, evidence: Misbehaviour, block: BlockContext) => readonly LedgerEvent[]

/** Takes the changes of the validator set that the block made; called once, after its last transaction. */
export type TakeValidatorUpdates = (store: Store) => readonly ValidatorUpdate[]

/** A read-only question. Throws ConetError `QUERY_MALFORMED` for bad arguments; `undefined` means there is none. */
export type Query = (store: Store, args: Readonly<Record<string, unknown>>, block: BlockContext) => unknown

/** @returns what is wrong, or `undefined` when it holds */
export type Invariant = (store: Store) => string | undefined

/** Resolves `kid` to the public key that must have signed a message of this kind, by the state at hand and block time. */
export type SignerKey = (
  store: Store,
  kid: DidUrl,
  kind: Kind,
  timeMs: UnixMillis,
) => Result<Uint8Array, 'SIGNER_UNKNOWN' | 'SIGNER_REVOKED'>

/** Parameters of one module: read through the store, so that they are part of the state and can be changed by it. */
export interface Params<P extends object> {
  readonly defaults: P
  read(store: Store): P
  /** Checks `raw` over the defaults and writes nothing. */
  parse(raw: Readonly<Record<string, unknown>>): Result<P>
  /** Writes `raw` over the defaults. @returns a rejection naming the first unknown or bad field; nothing is written then */
  load(store: Store, raw: Readonly<Record<string, unknown>>): Result<P>
}

/** The descriptor of a module: everything the machine knows about it. */
export interface Module {
  /** Lower-case word; first part of its transaction types, state keys, events and queries. */
  readonly name: string
  /** Names of modules whose methods it was given in the composition list; the machine checks that they are present. */
  readonly needs: readonly string[]
  /** Closed set of codes of its rejections, with their verdicts. */
  readonly codes: Codes
  readonly params?: Pick<Params<object>, 'read' | 'parse' | 'load'>
  /** By verb: `transfer` answers to the type `<module>/transfer`. */
  readonly transitions: Readonly<Record<string, Transition<never>>>
  /** By verb: entries scheduled as `<module>/<verb>`. */
  readonly scheduled?: Readonly<Record<string, ScheduledHandler>>
  /** By verb: asked as `<module>/<verb>`. */
  readonly queries: Readonly<Record<string, Query>>
  readonly invariants: Readonly<Record<string, Invariant>>
  /** Writes the module's part of the first state. Throws ConetError `GENESIS_MALFORMED`. */
  readonly genesis?: (store: Store, genesis: Genesis) => void
  /** Exactly one module of a ledger provides it (identity). */
  readonly signerKey?: SignerKey
  /** At most one module of a ledger provides these two (governance). */
  readonly evidence?: EvidenceHandler
  readonly validatorUpdates?: TakeValidatorUpdates
}

/** The body that a `parse` yields. `P` stays free of a constraint, or a generic `parse` written in place would lose its type. */
type Parsed<P> = P extends (body: never) => infer R
  ? Extract<R, { readonly ok: true; readonly value: unknown }>['value']
  : never

/** Keeps the body's type, taken from `parse`, inside the transition; the descriptor holds transitions of all types. */
export function transition<P>(definition: {
  readonly kind?: Kind
  readonly parse: P
  readonly apply: (store: Store, tx: Tx<Parsed<P>>, block: BlockContext) => Outcome
}): Transition<never>
export function transition<B>(definition: Transition<B>): Transition<never>
export function transition(definition: unknown): Transition<never> {
  return definition as Transition<never>
}

/**
 * Declares the parameters of a module; kept at `<name>/params`.
 *
 * @param name - of the module
 * @param defaults - a flat object of numbers, strings and booleans
 * @param check - returns the name of the first field out of range, or `undefined`
 */
export function defineParams<P extends object>(
  name: string,
  defaults: P,
  check: (params: P) => (keyof P & string) | undefined,
): Params<P> {
  const codec: Codec<P> = jsonCodec<P>()
  const key = `${name}/params`
  return {
    defaults,
    read: store => store.get(key, codec) ?? defaults,
    parse: raw => parseParams(defaults, raw, check),
    load: (store, raw) => {
      const parsed = parseParams(defaults, raw, check)
      if (parsed.ok) store.set(key, parsed.value, codec)
      return parsed
    },
  }
}

function parseParams<P extends object>(
  defaults: P,
  raw: Readonly<Record<string, unknown>>,
  check: (params: P) => (keyof P & string) | undefined,
): Result<P, 'PARAMS_MALFORMED'> {
  const bad = (field: string) => ({ ok: false, code: 'PARAMS_MALFORMED', data: { field } as ErrorData }) as const
  for (const [field, value] of Object.entries(raw)) {
    const standard = (defaults as Record<string, unknown>)[field]
    if (standard === undefined || typeof standard !== typeof value) return bad(field)
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return bad(field)
  }
  const value = { ...defaults, ...raw } as P
  const wrong = check(value)
  return wrong === undefined ? { ok: true, value } : bad(wrong)
}
