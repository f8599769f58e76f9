import type { DidUrl, Hash } from '../units/index.js'

/** The closed list of envelope kinds, in the protected header's `typ`. */
export const KINDS = [
  'conet-tx+jwt',
  'conet-request+jwt',
  'conet-grant+jwt',
  'conet-statement+jwt',
  'conet-voucher+jwt',
  'conet-close+jwt',
  'conet-carry+jwt',
] as const
export type Kind = (typeof KINDS)[number]

/** Protected header: exactly these three members (WIRE-2). */
export interface Header {
  readonly alg: 'EdDSA'
  readonly typ: Kind
  readonly kid: DidUrl
}

/** A parsed envelope whose signature has not been checked yet. */
export interface Envelope {
  /** The exact text that was received: `header.payload.signature`. */
  readonly text: string
  readonly header: Header
  /** Parsed JSON object; shape not yet checked. */
  readonly payload: Readonly<Record<string, unknown>>
  /** The text that was signed: `header.payload`, ASCII. */
  readonly signingInput: string
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** What the signature signs, if that is not `signingInput` alone (WIRE-11). */
  readonly signedText?: string
  /** SHA-256 of `signingInput`, lower-case hex: the identity of the message, never of the signature (WIRE-7). */
  readonly hash: Hash
}

/** Signs with one private key. Asynchronous signers are not needed on any path of ours. */
export interface Signer {
  /** DID URL of the verification method, goes to `kid`. */
  readonly kid: DidUrl
  /** @returns 64-byte Ed25519 signature over the ASCII bytes of `signingInput` */
  sign(signingInput: string): Uint8Array
}

/** The one Ed25519 verifier of a process; `publicKey` is 32 bytes that passed `checkPublicKey` (identity). */
export type Verify = (publicKey: Uint8Array, signingInput: string, signature: Uint8Array) => boolean

/** SHA-256; passed in so that servers use the native one and browsers noble's. */
export interface Sha256 {
  (data: Uint8Array | string): Uint8Array
  /** The same digest as lower-case hex, for platforms that make it faster than bytes. */
  readonly hex?: (data: Uint8Array | string) => Hash
  /** The same digest written to `target` at `offset`, for platforms that then need no bytes of their own for it. */
  readonly into?: (data: Uint8Array | string, target: Uint8Array, offset: number) => void
}
