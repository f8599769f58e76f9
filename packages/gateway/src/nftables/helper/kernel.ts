/** What the helper changes in the table, apart from rules. */
export type Change =
  | {
      readonly set: 'who' | 'to'
      readonly keep: boolean
      readonly mac: string
      readonly ip: string
      readonly number: number
    }
  | { readonly set: 'up' | 'down'; readonly keep: boolean; readonly number: number }
  | { readonly set: 'rate'; readonly keep: boolean; readonly number: number; readonly rate: bigint }
  | ({ readonly set: 'lease'; readonly keep: boolean } & Lease)

/** How long a session may go on, and how much it may carry until then. */
export interface Lease {
  readonly number: number
  readonly forMs: number
  readonly bytes: bigint
}

/** Counts of a session; a counter that is gone makes the whole `undefined`. */
export interface Counts {
  readonly up: number
  readonly down: number
  /** Whether its lease runs; only where it was asked for. */
  readonly leased?: boolean | undefined
}

/**
 * The way to the kernel's elements. `keep: true` puts an element in (a lease in place of the one before,
 * others only if they are not there); `false` takes it out, whether it is there or not. One inner list happens as a whole.
 */
export interface Kernel {
  readonly channel: 'netlink' | 'nft'
  /** Whether quotas stand in the elements of the lease (`RulesetFeatures`). */
  readonly elementQuota: boolean
  /** @throws ConetError `KERNEL_REFUSED`, `NOT_PERMITTED` */
  change(groups: readonly (readonly Change[])[]): Promise<void>
  /** Puts leases of different sessions in place of those before: the short way for renewals, thousands at a time. */
  lease(leases: readonly Lease[]): Promise<void>
  counts(numbers: readonly number[], leases?: boolean): Promise<Map<number, Counts>>
  /**
   * Takes out leases and clients that nobody here put in.
   *
   * @returns how many there were
   */
  sweep(known: readonly { readonly n: number; readonly mac: string; readonly ip: string }[]): Promise<number>
  /** Whether somebody else may have changed rules since the last call. */
  touched(): Promise<boolean>
  /** Hardware addresses of neighbours on any of the interfaces, where the kernel knows them. */
  neighbours(interfaces: readonly string[], ips: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Tells that we ourselves changed rules by another way: `touched` starts anew. */
  settle(): Promise<void>
  close(): void
}
