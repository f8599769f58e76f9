import { type Static, Type } from '@sinclair/typebox'

const closed = { additionalProperties: false }
const DidText = Type.String({ pattern: '^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,256}$' })
const Money = Type.String({ pattern: '^(0|[1-9][0-9]{0,28})$', description: 'whole micro-credits' })
const ByteCount = Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$', description: 'whole bytes' })
/** At nothing a second a session would neither go on nor end; who wants none has `sharing` and `offers`. */
const ByteRate = Type.String({ pattern: '^[1-9][0-9]{0,18}$', description: 'whole bytes in a second, at least 1' })
const ClockTime = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$',
  description: 'HH:MM, owner’s local time',
})

const WindowSchema = Type.Object(
  {
    days: Type.Array(Type.Integer({ minimum: 0, maximum: 6, description: '0 is Sunday' }), {
      minItems: 1,
      maxItems: 7,
    }),
    from: ClockTime,
    to: ClockTime,
  },
  closed,
)

/** The owner's rules: what is shared, with whom, when, how much and at what price. Every member has a default: share all. */
export const PolicySchema = Type.Object(
  {
    /** Off closes the node to new sessions; running ones end with their paid round. */
    sharing: Type.Boolean({ default: true }),
    /** Keys of offers that are shared; `*` is every one of the configuration. */
    offers: Type.Array(Type.String({ maxLength: 64 }), { default: ['*'], maxItems: 64 }),
    /** Empty lets everyone in who is not denied. */
    allow: Type.Array(DidText, { default: [], maxItems: 10_000 }),
    deny: Type.Array(DidText, { default: [], maxItems: 10_000 }),
    hours: Type.Object(
      {
        utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840, default: 0 }),
        /** Empty means always. A window whose end is not after its start runs past midnight. */
        windows: Type.Array(WindowSchema, { default: [], maxItems: 64 }),
      },
      { ...closed, default: {} },
    ),
    limits: Type.Object(
      {
        maxSessions: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 10_000 }),
        maxBytesPerDay: Type.Optional(ByteCount),
        /** Of each session; running ones keep theirs. */
        maxBytesPerSecond: Type.Optional(ByteRate),
      },
      { ...closed, default: {} },
    ),
    /** Prices that replace those of the configuration, by offer key; `*` stands for every offer not named. */
    prices: Type.Record(Type.String({ maxLength: 64 }), Type.Object({ perGiB: Money, perHour: Money }, closed), {
      default: {},
    }),
  },
  { ...closed, default: {} },
)

export type Policy = Static<typeof PolicySchema>
export type PolicyPrices = Policy['prices'][string]
