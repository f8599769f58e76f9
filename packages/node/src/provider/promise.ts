import { type Amount, type Bytes, type Did, parseAmount } from '@conet/core/units'
import { decodeBase64url, decodeUtf8 } from '@conet/core/wire'

/** What a voucher says. */
export interface Promised {
  readonly client: Did
  readonly owed: Amount
  /** The last one it pays for. */
  readonly round: number
  /** Both ways, by the client's count. */
  readonly bytes: Bytes
}

/**
 * Who promises how much for what in a stored voucher. The text was checked when it was stored, so only these members are read.
 *
 * @throws SyntaxError if the text is no voucher
 */
export function promiseIn(voucher: string): Promised {
  const bytes = decodeBase64url(voucher.split('.')[1] ?? '')
  const text = bytes === undefined ? undefined : decodeUtf8(bytes)
  const payload = JSON.parse(text ?? '') as { [member in keyof Promised]?: unknown }
  const owed = parseAmount(payload.owed)
  if (owed === undefined) throw new SyntaxError('stored voucher has no amount')
  return { client: String(payload.client), owed, round: Number(payload.round), bytes: parseAmount(payload.bytes) ?? 0n }
}
