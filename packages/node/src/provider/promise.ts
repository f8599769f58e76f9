import { type Amount, type Did, parseAmount } from '@conet/core/units'
import { decodeBase64url, decodeUtf8 } from '@conet/core/wire'

/**
 * Who promises how much in a stored voucher. The text was checked when it was stored, so only these members are read.
 *
 * @throws SyntaxError if the text is no voucher
 */
export function promiseIn(voucher: string): { readonly client: Did; readonly owed: Amount } {
  const bytes = decodeBase64url(voucher.split('.')[1] ?? '')
  const text = bytes === undefined ? undefined : decodeUtf8(bytes)
  const payload = JSON.parse(text ?? '') as { owed?: unknown; client?: unknown }
  const owed = parseAmount(payload.owed)
  if (owed === undefined) throw new SyntaxError('stored voucher has no amount')
  return { client: String(payload.client), owed }
}
