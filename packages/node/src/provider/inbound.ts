import { ok, type Result, reject } from '@conet/core/errors'
import {
  type ClosePayload,
  parseClose,
  parseRequest,
  parseVoucher,
  type RequestPayload,
  type VoucherPayload,
} from '@conet/core/rounds'
import type { Did } from '@conet/core/units'
import { decodeEnvelope, type Envelope, type Kind, type Sha256, type Verify } from '@conet/core/wire'
import type { ProviderCode } from './codes.js'

/** A message with a good signature, read into its shape. */
export type Inbound =
  | { readonly kind: 'request'; readonly payload: RequestPayload; readonly envelope: Envelope }
  | { readonly kind: 'voucher'; readonly payload: VoucherPayload; readonly envelope: Envelope }
  | { readonly kind: 'close'; readonly payload: ClosePayload; readonly envelope: Envelope }

/** The DID in front of a key's fragment. */
export function didOf(kid: string): Did {
  return kid.slice(0, kid.indexOf('#'))
}

const MEANT: readonly Kind[] = ['conet-voucher+jwt', 'conet-request+jwt', 'conet-close+jwt']

/**
 * Reads a client's message; the signature is not checked yet.
 *
 * @returns a wire code if it is no envelope, of another kind, or has not the members of its kind
 */
export function readInbound(text: string, sha256: Sha256): Result<Inbound, ProviderCode> {
  // Vouchers that are as expected never come here: what does is rare, and ten thousand clients' headers are not worth keeping.
  const decoded = decodeEnvelope(text, { sha256, kinds: MEANT, once: true })
  if (!decoded.ok) return decoded
  const envelope = decoded.value
  switch (envelope.header.typ) {
    case 'conet-voucher+jwt': {
      const payload = parseVoucher(envelope.payload)
      return payload.ok ? ok({ kind: 'voucher', payload: payload.value, envelope }) : payload
    }
    case 'conet-request+jwt': {
      const payload = parseRequest(envelope.payload)
      return payload.ok ? ok({ kind: 'request', payload: payload.value, envelope }) : payload
    }
    case 'conet-close+jwt': {
      const payload = parseClose(envelope.payload)
      return payload.ok ? ok({ kind: 'close', payload: payload.value, envelope }) : payload
    }
    default:
      return reject('KIND_REFUSED', { typ: envelope.header.typ })
  }
}

/** Checks the signature with a known key. */
export function isSignedBy(envelope: Envelope, publicKey: Uint8Array, verify: Verify): boolean {
  return verify(publicKey, envelope.signingInput, envelope.signature)
}
