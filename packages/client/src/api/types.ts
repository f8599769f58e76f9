import type { AccessTerms, AccessTermsWire } from '@conet/core/services/access'
import type { Did, UnixMillis } from '@conet/core/units'

/** One page of a list; `next` is the cursor of the following page, `null` on the last one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** `GET /v1/node`. */
export interface NodeView {
  readonly lid: string
  readonly did: Did
  readonly name: string
  readonly networkType: string
  readonly engine: string
  readonly height: number
  readonly appHash: string
  readonly version: string
  /** The node's clock when it answered: pages count down by it. */
  readonly time: UnixMillis
  /** Time of the last block. It may be ahead of every clock, if one was once; versions before did not tell it. */
  readonly ledgerTime?: UnixMillis
}

/** `GET /v1/offers?type=&lat=&lon=&maxPerGiB=&maxPerHour=&slice=&sort=price|distance|trust&cursor=&limit=` → `Page<OfferView>`. */
export interface OfferView {
  readonly id: string
  readonly version: number
  readonly provider: Did
  readonly providerName: string
  readonly networkType: string
  readonly type: string
  readonly name: string
  readonly terms: AccessTermsWire
  /** Base URL of the provider's API. */
  readonly node: string
  readonly area: { readonly lat: number; readonly lon: number; readonly radiusM: number } | null
  readonly slice: string | null
  readonly dataNetworks: readonly string[]
  readonly hops: number
  /** What the ledger saw of the provider: sessions that were settled. */
  readonly quality: { readonly sessions: number }
  readonly expiresAt: UnixMillis
}

/** An offer whose terms are read and within range. */
export type Offer = Omit<OfferView, 'terms'> & { readonly terms: AccessTerms }

export interface OfferQuery {
  readonly type?: string
  readonly lat?: number
  readonly lon?: number
  readonly maxPerGiB?: string
  readonly maxPerHour?: string
  readonly slice?: string
  readonly provider?: Did
  readonly sort?: 'price' | 'distance' | 'trust'
  readonly cursor?: string
  readonly limit?: number
}

export interface Balance {
  readonly asset: string
  readonly balance: string
  readonly held: string
  readonly debt: string
}

/** `GET /v1/accounts/:did/history?cursor=&limit=` → `Page<HistoryEntry>`, newest first. */
export interface HistoryEntry {
  /** Stable and unique: hash of the transaction and index of the event in it. */
  readonly id: string
  readonly timeMs: UnixMillis
  readonly height: number
  /** Type of the ledger event, e.g. `accounts/transferred`, `sessions/settled`. */
  readonly type: string
  readonly direction: 'in' | 'out'
  readonly asset: string
  readonly amount: string
  readonly counterparty: Did | null
  /** Hash of the transaction, `null` for scheduled work. */
  readonly hash: string | null
}

export interface TxAnswer {
  readonly hash: string
  /** `OK` or a code of the ledger. */
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
  readonly height: number
}
