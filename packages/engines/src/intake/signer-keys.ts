import type { Application } from '@conet/core/ledger'
import { type Envelope, generations } from '@conet/core/wire'

/**
 * Resolves the key that must have signed. The key of a `did:key` is the identifier itself, so it is remembered; every
 * other one may rotate with any block and is asked of the state each time.
 */
export function signerKeys(app: Application): (envelope: Envelope) => Uint8Array | undefined {
  const fixed = generations<Uint8Array>(32_768)
  return envelope => {
    const { kid } = envelope.header
    const known = fixed.get(kid)
    if (known !== undefined) return known
    const key = app.signerKey(envelope)
    if (key !== undefined && kid.startsWith('did:key:')) fixed.set(kid, key)
    return key
  }
}

/** Equal bytes. */
export function sameKey(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0)
}
