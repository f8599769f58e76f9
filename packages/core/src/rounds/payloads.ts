import { ok, type Result } from '../errors/index.js'
import { type AccessCode, AssetText, checkTerms, SharesSchema, TermsSchema } from '../services/access/index.js'
import {
  AmountText,
  closed,
  DidText,
  HashText,
  IdText,
  LidText,
  NonceText,
  type Parser,
  parser,
  Type,
  UnixMillisInt,
} from '../wire/index.js'
import {
  CLOSE_REASONS,
  type ClosePayload,
  type GrantPayload,
  type RequestPayload,
  type StatementPayload,
  type VoucherPayload,
} from './types.js'

const OfferText = Type.String({ minLength: 1, maxLength: 128 })
const EscrowText = Type.String({ minLength: 1, maxLength: 128 })
const Whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const RoundInt = Type.Integer({ minimum: 1, maximum: 2 ** 31 })
const session = { lid: LidText, sid: IdText, client: DidText, provider: DidText }

/** Reads the payload of `conet-request+jwt`. */
export const parseRequest: Parser<RequestPayload> = parser(
  closed({
    lid: LidText,
    offer: OfferText,
    offerVersion: Whole,
    provider: DidText,
    iat: UnixMillisInt,
    exp: UnixMillisInt,
    nonce: NonceText,
    device: Type.Optional(HashText),
    escrow: Type.Optional(EscrowText),
    via: Type.Optional(SharesSchema),
  }),
)

const readGrant = parser(
  closed({
    ...session,
    offer: OfferText,
    offerVersion: Whole,
    terms: TermsSchema,
    access: closed({
      host: Type.String({ pattern: '^[A-Za-z0-9.:_-]{1,253}$' }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      protocols: Type.Array(Type.Union([Type.Literal('http'), Type.Literal('socks5'), Type.Literal('direct')]), {
        minItems: 1,
        maxItems: 3,
      }),
      username: Type.String({ minLength: 1, maxLength: 128 }),
      password: Type.String({ minLength: 1, maxLength: 256 }),
    }),
    // A path, never a URL: the control line stays on the node that granted.
    control: Type.String({ pattern: '^(/[A-Za-z0-9_.-]+)+$', maxLength: 256 }),
    at: UnixMillisInt,
    accessUntil: UnixMillisInt,
  }),
)

/** Reads the payload of `conet-grant+jwt`; its terms must be within range too. */
export function parseGrant(value: unknown): Result<GrantPayload, 'PAYLOAD_MALFORMED' | AccessCode> {
  const grant = readGrant(value)
  if (!grant.ok) return grant
  const terms = checkTerms(grant.value.terms)
  return terms.ok ? ok(grant.value) : terms
}

/** Reads the payload of `conet-statement+jwt`. */
export const parseStatement: Parser<StatementPayload> = parser(
  closed({
    ...session,
    round: RoundInt,
    bytesUp: AmountText,
    bytesDown: AmountText,
    elapsedMs: Whole,
    owed: AmountText,
    at: UnixMillisInt,
    paidUntil: UnixMillisInt,
    due: UnixMillisInt,
    final: Type.Optional(Type.Literal(true)),
  }),
)

/** Reads the payload of `conet-voucher+jwt`. */
export const parseVoucher: Parser<VoucherPayload> = parser(
  closed({
    ...session,
    asset: AssetText,
    round: RoundInt,
    owed: AmountText,
    bytes: AmountText,
    statement: HashText,
    shares: SharesSchema,
    escrow: Type.Optional(EscrowText),
  }),
)

/** Reads the payload of `conet-close+jwt`. */
export const parseClose: Parser<ClosePayload> = parser(
  closed({ ...session, reason: Type.Union(CLOSE_REASONS.map(reason => Type.Literal(reason))), at: UnixMillisInt }),
)
