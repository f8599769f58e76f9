import type { AccessTerms, AccessTermsWire } from '@conet/core/services/access'
import type { Did, UnixMillis } from '@conet/core/units'

/** One page of a list; `next` is the cursor of the following page. */
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
  readonly time: UnixMillis
}

/** An offer as `GET /v1/offers` gives it. */
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
  readonly quality: { readonly sessions: number; readonly disputes: number; readonly medianMs?: number }
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

export interface HistoryEntry {
  readonly id: string
  readonly timeMs: UnixMillis
  readonly height: number
  readonly type: string
  readonly direction: 'in' | 'out'
  readonly asset: string
  readonly amount: string
  readonly counterparty: Did | null
  readonly hash: string | null
}

export interface TxAnswer {
  readonly hash: string
  /** `OK` or a code of the ledger. */
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
  readonly height: number
}
