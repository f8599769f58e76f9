import { InvariantError } from '@conet/core/errors'
import { type KeySigner, sha256, signerFromSeed } from '@conet/core/identity'
import type { Sealed } from '@conet/core/rounds'
import { decodeEnvelope, type Envelope, type Kind, signEnvelope } from '@conet/core/wire'

/** An owner in the simulation: a real key and DID, and signatures left out. */
export interface Party {
  readonly did: string
  readonly kid: string
  readonly publicKey: Uint8Array
  seal(kind: Kind, payload: object): Sealed
}

/** 64 zero bytes where the signature would be: header, payload and hash are the real ones. */
const NO_SIGNATURE = new Uint8Array(64)

/**
 * The party with this number, always the same one.
 *
 * Every message is a real envelope but for its signature: signing and checking it would take nine tenths of a run and decide
 * nothing, as nobody here forges. The ledger is told that the signature was checked before (`verifiedWith`).
 */
export function createParty(number: number): Party {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, number + 1)
  const { did, kid, publicKey }: KeySigner = signerFromSeed(seed)
  const signer = { kid, sign: () => NO_SIGNATURE }
  return {
    did,
    kid,
    publicKey,
    seal: (kind, payload) => {
      const text = signEnvelope(kind, payload, signer)
      return { text, hash: readEnvelope(text).hash }
    },
  }
}

/** Reads what a party sealed. @throws {InvariantError} if it would not be read in the real network either */
export function readEnvelope(text: string): Envelope {
  const read = decodeEnvelope(text, { sha256 })
  if (read.ok) return read.value
  throw new InvariantError('sim/envelope', `${read.code} in an own message`)
}
