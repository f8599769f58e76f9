import { randomBytes } from 'node:crypto'
import { type KeySigner, signerFromSeed } from '@conet/core/identity'
import { type AccessTerms, DEFAULT_TERMS } from '@conet/core/services/access'
import { type Kind, signEnvelope } from '@conet/core/wire'
import type { RoundsChannel, RoundsListener } from '../contract.js'

export const LID = 'testnet'
export const ASSET = 'credit'

export const TERMS: AccessTerms = {
  ...DEFAULT_TERMS,
  tariff: { asset: ASSET, perGiB: 1_000_000n, perHour: 3_600_000n },
  maxUnpaid: 100_000n,
  maxUnpaidCap: 1_000_000n,
}

/** Makes a signer with a fresh key; the same number gives the same key. */
export function key(number: number): KeySigner {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, number + 1)
  return signerFromSeed(seed)
}

/** One end of a line in memory, as the API layer would hand it over; `received` is what the provider sent. */
export class FakeChannel implements RoundsChannel {
  readonly received: string[] = []
  together = false
  closed: { code: number; reason: string } | undefined
  #listener: RoundsListener | undefined
  onReceive: (text: string) => void = () => undefined

  send(text: string, also?: string): void {
    if (this.closed !== undefined) return
    this.received.push(text)
    this.onReceive(text)
    if (also !== undefined) this.send(also)
  }

  close(code: number, reason: string): void {
    if (this.closed !== undefined) return
    this.closed = { code, reason }
    this.#listener?.gone()
  }

  listen(listener: RoundsListener): void {
    this.#listener = listener
  }

  /** The client sends a frame. */
  say(text: string): void {
    this.#listener?.heard(text)
  }

  hangUp(): void {
    this.close(1006, 'gone')
  }

  /** Frames that are plain JSON: acks and errors. */
  get notes(): Record<string, Record<string, unknown>>[] {
    return this.received.filter(text => text.startsWith('{')).map(text => JSON.parse(text))
  }

  /** Payloads of statements. */
  get statements(): Record<string, unknown>[] {
    return this.received.filter(text => kindOf(text) === 'conet-statement+jwt').map(payloadOf)
  }
}

/** Payload of an envelope's text. */
export function payloadOf(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'))
}

export function kindOf(text: string): string | undefined {
  if (text.startsWith('{')) return undefined
  return JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString('utf8')).typ
}

/** A client's signed request. */
export function requestOf(
  signer: KeySigner,
  provider: string,
  now: number,
  over: Record<string, unknown> = {},
  kind: Kind = 'conet-request+jwt',
): string {
  const request = {
    lid: LID,
    offer: 'offer-1',
    offerVersion: 1,
    provider,
    iat: now,
    exp: now + 60_000,
    nonce: randomBytes(16).toString('base64url'),
    ...over,
  }
  return signEnvelope(kind, request, signer)
}

/** The voucher that answers a statement. */
export function voucherFor(
  signer: KeySigner,
  statement: string,
  hash: string,
  over: Record<string, unknown> = {},
): string {
  const { lid, sid, client, provider, round, owed, bytesUp, bytesDown } = payloadOf(statement)
  const bytes = (BigInt(String(bytesUp)) + BigInt(String(bytesDown))).toString()
  const voucher = { lid, sid, client, provider, asset: ASSET, round, owed, bytes, statement: hash, shares: [], ...over }
  return signEnvelope('conet-voucher+jwt', voucher, signer)
}
