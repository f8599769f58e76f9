import type { Seal } from '@conet/core/rounds'
import { type Sha256, type Signer, signEnvelope } from '@conet/core/wire'
import { bytesToHex } from './hex.js'

/** Signs as the provider and names the result by its hash. One for all sessions. */
export function sealer(signer: Signer, sha256: Sha256): Seal {
  return (kind, payload) => {
    const text = signEnvelope(kind, payload, signer)
    return { text, hash: bytesToHex(sha256(text.slice(0, text.lastIndexOf('.')))) }
  }
}
