import { pendingStatement, type VoucherPayload } from '@conet/core/rounds'
import { type Hash, parseAmount } from '@conet/core/units'
import { hashText, type Sha256 } from '@conet/core/wire'
import { bodyStart, headOf, shorten } from './records/index.js'
import type { LiveSession } from './session.js'

/** 64 bytes in base64url: the last character has four zero bits. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/
const DIGITS = /^(0|[1-9][0-9]{0,28})$/
/** A dot and the signature. */
const TAIL_CHARS = 87

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
  const [first, last] = [text.indexOf('.'), text.length - TAIL_CHARS]
  if (open === undefined || text.charCodeAt(last) !== 0x2e || !SIGNATURE.test(text.slice(last + 1))) return undefined
  if (text.slice(0, first) !== headOf(session.start.kid)) return undefined
  const payload = text.slice(first + 1, last)
  const json = Buffer.from(payload, 'base64url').toString('latin1')
  const { grant, escrow } = session.start
  const { lid, sid, client, provider, terms } = grant
  const { round, owed } = open.payload
  const { asset } = terms.tariff
  const before = `${bodyStart(grant)}"round":${round},"owed":"${owed}","bytes":"`
  const tail = escrow === undefined ? '}' : `,"escrow":${JSON.stringify(escrow)}}`
  const after = `","statement":"${open.hash}","shares":${JSON.stringify(terms.shares)}${tail}`
  if (!json.startsWith(before) || !json.endsWith(after)) return undefined
  const count = json.slice(before.length, -after.length)
  const bytes = DIGITS.test(count) ? parseAmount(count) : undefined
  // Written again, so that no second spelling of the same payload passes.
  if (bytes === undefined || Buffer.from(json, 'latin1').toString('base64url') !== payload) return undefined
  const money = { asset, round, owed, bytes, statement: open.hash, shares: terms.shares }
  const voucher = { lid, sid, client, provider, ...money, ...(escrow === undefined ? {} : { escrow }) }
  const input = text.slice(0, last)
  return { voucher, text: shorten(json, text.slice(last + 1)), hash: hashText(input, sha256) }
}
