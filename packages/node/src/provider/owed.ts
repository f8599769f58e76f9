import { parseAmount } from '@conet/core/units'
import { decodeBase64url, decodeUtf8 } from '@conet/core/wire'

/**
 * The cumulative amount a stored voucher promises. The text was checked when it was stored, so only this member is read.
 *
 * @throws SyntaxError if the text is no voucher
 */
export function owedIn(voucher: string): bigint {
  const bytes = decodeBase64url(voucher.split('.')[1] ?? '')
  const text = bytes === undefined ? undefined : decodeUtf8(bytes)
  const payload = JSON.parse(text ?? '') as { owed?: unknown }
  const owed = parseAmount(payload.owed)
  if (owed === undefined) throw new SyntaxError('stored voucher has no amount')
  return owed
}
