import {
  closed,
  DidText,
  IdText,
  LidText,
  NonceText,
  type Parser,
  parser,
  type Static,
  Type,
  UnixSecondsInt,
} from '../wire/index.js'

/** Most nodes of a path, exit included: beyond that a chain's rate and delay serve nobody. */
const MOST_HOPS = 8
/** Most paths one neighbour tells. */
const MOST_ROUTES = 16

const HopSchema = closed({
  /** `did:key` of the relay's or exit's node key. */
  did: DidText,
  /** Address as the hop before reaches it; a link-local one with its zone (RFC 4007 section 11). */
  host: Type.String({ pattern: '^[A-Za-z0-9.:_%-]{1,253}$' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
})

/** One node of a path. */
export type Hop = Static<typeof HopSchema>

/**
 * Payload of `conet-carry+jwt`: the first line of every leg. The terminal signs which way it wants to go; each node finds
 * itself on the path and passes the same text on.
 */
const CarrySchema = closed({
  lid: LidText,
  /** 16 random bytes, hex: the same for every leg of one channel. */
  channel: IdText,
  /** The terminal's X25519 key of this channel, base64url of 32 bytes. */
  key: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  /** First relay … exit. */
  path: Type.Array(HopSchema, { minItems: 1, maxItems: MOST_HOPS }),
  /** Counts the legs that the terminal asked for on this channel: one that comes late never drives out a newer one. */
  leg: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  /** Bytes the terminal has received on this channel, decimal: where the exit goes on. */
  received: Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' }),
  exp: UnixSecondsInt,
  nonce: NonceText,
})

export type CarryPayload = Static<typeof CarrySchema>

/** Reads the payload of `conet-carry+jwt`. */
export const parseCarry: Parser<CarryPayload> = parser(CarrySchema)

const RouteSchema = closed({
  /** From the node that answers (left out) to the exit. */
  path: Type.Array(HopSchema, { maxItems: MOST_HOPS }),
  /** Measured to the exit and back. */
  rttMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  /** What the relays on the way want of each payment, in basis points; who is paid is the relay's own DID. */
  shares: Type.Array(closed({ to: DidText, bps: Type.Integer({ minimum: 1, maximum: 10_000 }) }), {
    maxItems: MOST_HOPS,
  }),
  /** Whom the exit's sessions pay: a voucher to anybody else pays no relay of this way. */
  provider: DidText,
  /** Base URL of the exit's API as the exit itself reaches it. */
  api: Type.String({ pattern: '^http://[A-Za-z0-9.:_\\[\\]-]{1,253}$' }),
})

/** One way to an exit. */
export type Route = Static<typeof RouteSchema>

const RouteAnswerSchema = closed({
  lid: LidText,
  did: DidText,
  /** Relays that this node allows on one path, itself included. */
  maxRelays: Type.Integer({ minimum: 0, maximum: MOST_HOPS }),
  routes: Type.Array(RouteSchema, { maxItems: MOST_ROUTES }),
})

/** What a neighbour answers when it is asked for its ways. */
export type RouteAnswer = Static<typeof RouteAnswerSchema>

/** Reads a neighbour's answer. */
export const parseRoutes: Parser<RouteAnswer> = parser(RouteAnswerSchema)
