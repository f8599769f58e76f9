import { type Result, reject } from '../../../errors/index.js'
import {
  amount,
  assetId,
  type BodyOf,
  body,
  did,
  hash,
  integer,
  list,
  object,
  optional,
  sessionId,
  text,
} from '../../fields.js'

/** Most shares in one voucher: a chain of relays is short. */
const MAX_SHARES = 16
const WHOLE_BPS = 10_000

const fields = {
  lid: text(/^[a-z0-9-]{1,32}$/),
  sid: sessionId,
  client: did,
  provider: did,
  asset: assetId,
  round: integer(1, Number.MAX_SAFE_INTEGER),
  owed: amount,
  bytes: amount,
  statement: hash,
  shares: list(object({ to: did, bps: integer(1, WHOLE_BPS) }), MAX_SHARES),
  escrow: optional(text(/^.{1,128}$/su)),
}

/**
 * Payload of `conet-voucher+jwt`; the rounds room declares the same fields as `VoucherPayload`. What a provider takes as a
 * voucher the ledger must not refuse for its form, so `escrow` may be any text here: one that cannot be an id draws nothing.
 */
export type Voucher = BodyOf<typeof fields>

const parse = body(fields)

/** Reads an untrusted voucher payload. @returns `PAYLOAD_MALFORMED`, `AMOUNT_INVALID` with the field, or `SHARES_MALFORMED` */
export function parseVoucher(raw: Readonly<Record<string, unknown>>): Result<Voucher> {
  const read = parse(raw)
  if (!read.ok) return read
  let sum = 0
  for (const share of read.value.shares) sum += share.bps
  return sum > WHOLE_BPS ? reject('SHARES_MALFORMED', { bps: sum }) : read
}
