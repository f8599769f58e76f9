import { ok, type Result, reject } from '@conet/core/errors'
import {
  type Ack,
  type ClosePayload,
  type GrantPayload,
  parseClose,
  parseStatement,
  type StatementPayload,
} from '@conet/core/rounds'
import type { Hash } from '@conet/core/units'
import { checkSignature, decodeEnvelope, type Kind } from '@conet/core/wire'
import type { ClientPorts } from '../ports/types.js'
import type { KeyBook } from './keys.js'

/** A frame of the provider, checked. */
export type Inbound =
  | { readonly kind: 'statement'; readonly statement: StatementPayload; readonly text: string; readonly hash: Hash }
  | { readonly kind: 'close'; readonly close: ClosePayload }
  | { readonly kind: 'ack'; readonly ack: Ack }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }

/**
 * Reads one frame. Only what this provider signed for this session counts; ack and error move no money and are plain.
 *
 * @returns a wire code, `PAYLOAD_MALFORMED`, `PROVIDER_WRONG`, or what went wrong with the key
 */
export async function readFrame(
  text: string,
  grant: GrantPayload,
  ports: Pick<ClientPorts, 'sha256' | 'verify'>,
  keys: KeyBook,
): Promise<Result<Inbound>> {
  if (text.startsWith('{')) return readPlain(text)
  const kinds: readonly Kind[] = ['conet-statement+jwt', 'conet-close+jwt']
  const envelope = decodeEnvelope(text, { sha256: ports.sha256, kinds, together: true })
  if (!envelope.ok) return envelope
  const { kid, typ } = envelope.value.header
  if (kid.slice(0, kid.indexOf('#')) !== grant.provider) return reject('PROVIDER_WRONG', { kid })
  const signed = checkSignature(envelope.value, keys.known(kid) ?? (await keys.keyOf(kid)), ports.verify)
  if (!signed.ok) return signed
  const { payload, hash } = signed.value
  if (typ === 'conet-statement+jwt') {
    const statement = parseStatement(payload)
    return statement.ok ? ok({ kind: 'statement', statement: statement.value, text, hash }) : statement
  }
  const close = parseClose(payload)
  if (!close.ok) return close
  if (close.value.sid !== grant.sid || close.value.lid !== grant.lid) return reject('SESSION_UNKNOWN')
  return ok({ kind: 'close', close: close.value })
}

/** Reads `{"ack":…}` and `{"error":…}`; also the answers of the HTTP fallback. */
export function readPlain(text: string): Result<Inbound> {
  let json: { ack?: Partial<Ack>; error?: { code?: unknown; message?: unknown } } | null
  try {
    json = JSON.parse(text)
  } catch {
    return reject('PAYLOAD_MALFORMED')
  }
  const { ack, error } = json ?? {}
  const { round, paidUntil, accessUntil } = ack ?? {}
  if (Number.isSafeInteger(round) && Number.isSafeInteger(paidUntil) && Number.isSafeInteger(accessUntil)) {
    return ok({ kind: 'ack', ack: ack as Ack })
  }
  if (typeof error?.code !== 'string') return reject('PAYLOAD_MALFORMED')
  return ok({ kind: 'error', code: error.code, message: typeof error.message === 'string' ? error.message : '' })
}
