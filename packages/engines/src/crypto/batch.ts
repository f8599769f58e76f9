import { verifyKeepingKeys } from './openssl.js'

/** One signature to check; the pool reads it once and keeps nothing. */
export interface VerifyItem {
  readonly publicKey: Uint8Array
  /** ASCII. */
  readonly signingInput: string
  readonly signature: Uint8Array
}

/** Bytes before each signing input: its length (4), usable or not (1), the key (32), the signature (64). */
const ITEM_HEADER = 4 + 1 + 32 + 64

/** Packs items into one buffer that a worker gets by transfer, not by copy. Items with odd key or signature lengths fail. */
export function packBatch(items: readonly VerifyItem[]): ArrayBuffer {
  let size = 0
  for (const item of items) size += ITEM_HEADER + item.signingInput.length
  const buffer = new ArrayBuffer(size)
  const bytes = Buffer.from(buffer)
  let at = 0
  for (const item of items) {
    at = bytes.writeUInt32LE(item.signingInput.length, at)
    if (item.publicKey.byteLength === 32 && item.signature.byteLength === 64) {
      bytes[at] = 1
      bytes.set(item.publicKey, at + 1)
      bytes.set(item.signature, at + 33)
    }
    at += 97
    at += bytes.write(item.signingInput, at, 'latin1')
  }
  return buffer
}

/** Checks a packed batch, in a thread of the pool. @returns one byte per item, 1 = valid */
export function verifyPacked(buffer: ArrayBuffer, count: number): Uint8Array {
  const bytes = Buffer.from(buffer)
  const verdicts = new Uint8Array(count)
  let at = 0
  for (let i = 0; i < count; i++) {
    const length = bytes.readUInt32LE(at)
    const usable = bytes[at + 4] === 1
    const key = bytes.subarray(at + 5, at + 37)
    const signature = bytes.subarray(at + 37, at + 101)
    at += ITEM_HEADER
    verdicts[i] = usable && safely(() => verifyKeepingKeys(key, bytes.subarray(at, at + length), signature)) ? 1 : 0
    at += length
  }
  return verdicts
}

/** OpenSSL throws on keys it cannot load: such a signature is invalid, the others of the batch are not. */
export function safely(verdict: () => boolean): boolean {
  try {
    return verdict()
  } catch {
    return false
  }
}
