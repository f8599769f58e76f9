import type { SessionId } from '@conet/core/rounds'
import type { Amount, Did, DidUrl, Millis, UnixMillis } from '@conet/core/units'
import type { Sha256, Signer, Verify } from '@conet/core/wire'
import type { Gateway } from '@conet/gateway'
import type { KeyValueStore } from '../storage/index.js'
import type { Clock } from './clock.js'
import type { Admit, OfferOnSale } from './contract.js'
import type { SettlePolicy, Submit } from './settle/index.js'
import type { TrialLimits } from './trials.js'

/** What the ledger's local replica says about an owner's money; never older than the last block seen. */
export interface AccountView {
  readonly balance: Amount
  readonly debt: Amount
}

/** An escrow that a client locked for this provider. */
export interface EscrowView {
  /** Still in it. */
  readonly amount: Amount
  readonly asset: string
  readonly provider: Did
  /** By the provider's clock. */
  readonly expiresAt: UnixMillis
}

/** The ledger as the provider sees it: local reads, and settlements handed in. */
export interface ProviderLedger {
  readonly submit: Submit
  account(owner: Did, asset: string): AccountView
  /** `id` as the request names it. */
  escrow(client: Did, id: string): EscrowView | undefined
}

/** How much risk the owner takes in total. */
export interface RiskLimits {
  readonly trials: TrialLimits
  /** Open sessions of clients that never paid a round here. */
  readonly maxStrangers: number
  readonly maxSessions: number
  /** Sum of what all open sessions could leave unpaid. */
  readonly maxExposure: Amount
  /** Signatures of vouchers are checked at latest every so many rounds, 1..64; 1 checks each; default 16 (RND-15). */
  readonly verifyEvery?: number | undefined
  /** What relays may have of each payment, in basis points; default 3,000. */
  readonly maxRelayBps?: number | undefined
}

export interface ProviderConfigPorts {
  readonly lid: string
  readonly provider: Did
  readonly signer: Signer
  readonly verify: Verify
  readonly sha256: Sha256
  /** 32 bytes that passed `checkPublicKey`, for a current key of a DID; `undefined` if unknown, refused or revoked. */
  readonly signerKey: (kid: DidUrl) => Uint8Array | undefined
  readonly clock: Clock
  readonly ledger: ProviderLedger
  readonly gateway: Gateway
  readonly offer: (id: string) => OfferOnSale | undefined
  readonly admit: Admit
  readonly store: KeyValueStore
  readonly limits: RiskLimits
  readonly settle: SettlePolicy
  /** Path of a session's control line; default `/v1/sessions/:sid/rounds`. */
  readonly control?: (sid: SessionId) => string
  /** Bind the credentials to the address the request came from; default false: clients roam. */
  readonly bindAddress?: boolean
  /** Closed sessions are kept this long; default 30 days. */
  readonly keepClosedMs?: Millis
}
