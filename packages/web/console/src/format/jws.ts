/** What the console shows of a signed envelope. The node has checked the signature; this only reads. */
export interface ReadEnvelope {
  readonly kind: string
  readonly signer: string
  /** Transaction type, or the kind in words for a bare voucher. */
  readonly title: string
  readonly payload: unknown
}

function part(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Reads header and payload of a compact JWS; `undefined` if it is not one. */
export function readEnvelope(text: string): ReadEnvelope | undefined {
  const [head, body] = text.split('.')
  const header = part(head)
  const payload = part(body)
  if (header === undefined || payload === undefined) return undefined
  const kind = String(header.typ ?? '')
  const title = kind === 'conet-voucher+jwt' ? 'sessions/settle (voucher)' : String(payload.type ?? kind)
  return { kind, signer: String(header.kid ?? '').split('#')[0] ?? '', title, payload: payload.body ?? payload }
}
