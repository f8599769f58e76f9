import { createHash } from 'node:crypto'
import { signerFromSeed, verify } from '@conet/core/identity'
import type { Sha256, Verify } from '@conet/core/wire'

/** Node's own hash in the form that the wire asks for. */
export const nodeSha256: Sha256 = data => createHash('sha256').update(data).digest()

export const nodeVerify: Verify = verify

/** A client's key from a number. */
export const clientOf = (number: number) => signerFromSeed(new Uint8Array(32).fill(number))
