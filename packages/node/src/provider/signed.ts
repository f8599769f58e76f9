import { decodeBase64url, type Verify } from '@conet/core/wire'

/**
 * Whether a key signed an envelope's text. The form was checked before.
 *
 * @param publicKey - 32 bytes that passed `checkPublicKey`
 */
export function isAuthentic(text: string, publicKey: Uint8Array, verify: Verify): boolean {
  const last = text.lastIndexOf('.')
  const signature = decodeBase64url(text.slice(last + 1))
  return signature !== undefined && verify(publicKey, text.slice(0, last), signature)
}
