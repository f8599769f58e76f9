import { ok, type Result, reject } from '@conet/core/errors'
import type { SessionId } from '@conet/core/rounds'
import type { Did, UnixMillis } from '@conet/core/units'
import { CLOCK_SKEW_MS, decodeBase64url, encodeBase64url, type Verify } from '@conet/core/wire'
import type { RadiusCode } from './codes.js'

const MINUTE_MS = 60_000
/** A token may live this long at most: longer than any stay on one credential, far below what two bytes can tell apart. */
export const MAX_TOKEN_MINUTES = 24 * 60
/** Two bytes of the minute and 64 of the signature: 88 characters, which every supplicant and PAP (128 octets) carry. */
const TOKEN_BYTES = 66
export const TOKEN_CHARS = 88

/** What a token is signed for. */
export interface TokenScope {
  readonly lid: string
  readonly provider: Did
  /** The session it opens: the id of the client's signed request (RND-1), at the same time the user name. */
  readonly sid: SessionId
}

/** The line breaks keep it from ever being the signing input of an envelope, which has none. */
function signed({ lid, provider, sid }: TokenScope, minute: number): string {
  return `conet-radius-1\n${lid}\n${provider}\n${sid}\n${minute}`
}

/**
 * Makes the password of a session: base64url of the low 16 bits of the expiry's minute, and the client's Ed25519 signature over
 * ledger, provider, session and the whole minute.
 *
 * @param expiresAt - rounded up to a whole minute
 * @param sign - with the key that signed the session's request
 */
export function makeToken(scope: TokenScope, expiresAt: UnixMillis, sign: (text: string) => Uint8Array): string {
  const minute = Math.ceil(expiresAt / MINUTE_MS)
  const bytes = new Uint8Array(TOKEN_BYTES)
  bytes[0] = (minute >> 8) & 0xff
  bytes[1] = minute & 0xff
  bytes.set(sign(signed(scope, minute)), 2)
  return encodeBase64url(bytes)
}

/** The minute nearest to now that ends in these 16 bits: unambiguous within 22 days, and the signature covers the whole. */
function wholeMinute(low: number, now: number): number {
  const distance = (low - (now & 0xffff) + 0x1_8000) % 0x1_0000
  return now + distance - 0x8000
}

/**
 * Checks a password as a token of one session.
 *
 * @param publicKey - 32 bytes, the key that signed the session's request
 * @returns when it expires; `PASSWORD_WRONG`, `TOKEN_EXPIRED`, `TOKEN_TOO_LONG`
 */
export function checkToken(
  token: string,
  scope: TokenScope,
  publicKey: Uint8Array,
  verify: Verify,
  nowMs: UnixMillis,
): Result<{ readonly expiresAt: UnixMillis }, RadiusCode> {
  const bytes = token.length === TOKEN_CHARS ? decodeBase64url(token) : undefined
  const [high, low] = bytes ?? []
  if (bytes === undefined || high === undefined || low === undefined) return reject('PASSWORD_WRONG')
  const minute = wholeMinute((high << 8) | low, Math.floor(nowMs / MINUTE_MS))
  const expiresAt = minute * MINUTE_MS
  if (!verify(publicKey, signed(scope, minute), bytes.slice(2))) return reject('PASSWORD_WRONG')
  if (expiresAt + CLOCK_SKEW_MS <= nowMs) return reject('TOKEN_EXPIRED', { expiresAt, now: nowMs })
  if (expiresAt > nowMs + (MAX_TOKEN_MINUTES + 1) * MINUTE_MS) return reject('TOKEN_TOO_LONG', { expiresAt })
  return ok({ expiresAt })
}
