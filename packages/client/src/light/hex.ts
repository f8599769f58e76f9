export { hexOf as bytesToHex } from '../wallet/wallet.js'

/** Bytes of hex text of even length, in either case; the caller checked its form. */
export function hexToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
