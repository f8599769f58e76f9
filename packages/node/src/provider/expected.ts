import { pendingStatement, type VoucherPayload } from '@conet/core/rounds'
import { type Hash, parseAmount } from '@conet/core/units'
import { hashText, MAX_CHARS, type Sha256 } from '@conet/core/wire'
import { bodyStart, headText, shorten } from './records/index.js'
import type { LiveSession } from './session.js'

/** 64 bytes in base64url: the last character has four zero bits. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/
const DIGITS = /^(0|[1-9][0-9]{0,28})$/
const MOST_DIGITS = 29
/** At least these characters hold 29 digits and what lies around them in their groups of four. */
const CHARS_AROUND_COUNT = 48
const DOT = 0x2e
/** A dot and the signature. */
const TAIL_CHARS = 87
const MOST_CHARS = MAX_CHARS['conet-voucher+jwt']
/** One voucher is read here at a time: bytes of their own would cost as much as the reading. */
const scratch = Buffer.alloc(MOST_CHARS)

/** A voucher as it was expected; its signature is not checked yet. */
export interface Expected {
  readonly voucher: VoucherPayload
  /** Short form (`shorten`): what a session keeps of its vouchers. */
  readonly text: string
  readonly hash: Hash
}

/**
 * Reads the voucher that answers the open statement, if it is written as our clients write it: everything but the client's own
 * count is known before, so comparing is enough. One round in ten thousand sessions is this message, and nothing is parsed.
 *
 * @returns `undefined` for anything else, which is then read by the rules for any message
 */
export function readExpected(session: LiveSession, text: string, sha256: Sha256): Expected | undefined {
  const open = pendingStatement(session.state)
  const last = text.length - TAIL_CHARS
  if (open === undefined || text.length > MOST_CHARS || text.charCodeAt(last) !== DOT) return undefined
  const signature = text.slice(last + 1)
  if (!SIGNATURE.test(signature)) return undefined
  const { grant, escrow, kid } = session.start
  const { lid, sid, client, provider, terms } = grant
  const { shares } = terms
  const { round, owed } = open.payload
  const { asset } = terms.tariff
  const statement = open.hash
  const before = `${bodyStart(grant)}"round":${round},"owed":"${owed}","bytes":"`
  const tail = escrow === undefined ? '}' : `,"escrow":${JSON.stringify(escrow)}}`
  const after = `","statement":"${statement}","shares":${shares.length === 0 ? '[]' : JSON.stringify(shares)}${tail}`
  const input = text.slice(0, last)
  const count = countIn(input.slice(input.indexOf('.') + 1), before.length, after.length)
  const bytes = DIGITS.test(count) ? parseAmount(count) : undefined
  const json = `${before}${count}${after}`
  if (bytes === undefined || `${encoded(headText(kid))}.${encoded(json)}` !== input) return undefined
  const voucher = { lid, sid, client, provider, asset, round, owed, bytes, statement, shares }
  return {
    voucher: escrow === undefined ? voucher : { ...voucher, escrow },
    text: shorten(json, signature),
    hash: hashText(input, sha256),
  }
}

/**
 * What stands between the parts of a payload that are known, in characters: only this is decoded. With an escrow beyond ASCII,
 * which the short form could not keep, the parts have more bytes than that, and what is found is no count.
 */
function countIn(payload: string, before: number, after: number): string {
  const skipped = before - (before % 3)
  const digits = Math.floor((payload.length * 3) / 4) - before - after
  if (digits < 1 || digits > MOST_DIGITS) return ''
  const from = (skipped / 3) * 4
  const made = scratch.write(payload.slice(from, from + CHARS_AROUND_COUNT), 'base64url')
  return scratch.toString('latin1', before - skipped, Math.min(made, before - skipped + digits))
}

function encoded(text: string): string {
  return scratch.toString('base64url', 0, scratch.write(text))
}
