import { type Envelope, generations } from '@conet/core/wire'

/** Remembers which envelopes a node has verified, and with which key. */
export interface VerifiedCache {
  /** The key that verified exactly this text, if it is still remembered. */
  get(envelope: Envelope): Uint8Array | undefined
  add(envelope: Envelope, publicKey: Uint8Array): void
}

/**
 * One cache per node, so that a signature is checked once however often its envelope comes by.
 *
 * Keyed by the whole text: the hash leaves the signature out, and a forged copy of a known message must not pass.
 *
 * @param perGeneration - at least this many envelopes are remembered, at most twice as many
 */
export function verifiedCache(perGeneration = 20_000): VerifiedCache {
  const known = generations<{ readonly text: string; readonly publicKey: Uint8Array }>(perGeneration)
  return {
    get(envelope) {
      const found = known.get(envelope.hash)
      return found !== undefined && found.text === envelope.text ? found.publicKey : undefined
    },
    add: (envelope, publicKey) => known.set(envelope.hash, { text: envelope.text, publicKey }),
  }
}
