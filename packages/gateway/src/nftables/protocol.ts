/** What node and helper say to each other: one JSON value per line, over a unix socket. Byte counts are decimal text. */

export const PROTOCOL_VERSION = 1

/** No request can let a client through for longer: a broken node cannot grant more than this. */
export const LONGEST_LEASE_MS = 60_000

/** Longer lines end the connection. */
export const LONGEST_LINE = 2_097_152

/** Items in one request. */
export const MOST_ITEMS = 10_000

/**
 * A packet may still pass whole when it reaches the quota: the kernel's limit lies this far above it. It is the largest packet
 * that segmentation offload makes of IPv4.
 */
export const LARGEST_PACKET = 65_536n

/** Lets a client through; its hardware address is what the kernel's neighbour table says. */
export interface OpenItem {
  readonly ip: string
  readonly forMs: number
  /** Bytes in total, both ways. */
  readonly quota: string
  /** Bytes a second, both ways together. */
  readonly rate?: number
}

/** Moves the end and the quota of a session; both are absolute for what the kernel counted. */
export interface RenewItem {
  readonly n: number
  readonly forMs: number
  readonly quota: string
  /** What the node last read; the helper reads again when few are renewed at once. */
  readonly used: string
}

export type Request =
  | { readonly id: number; readonly op: 'hello'; readonly version: number }
  | { readonly id: number; readonly op: 'open'; readonly items: readonly OpenItem[] }
  | { readonly id: number; readonly op: 'renew'; readonly items: readonly RenewItem[] }
  | { readonly id: number; readonly op: 'close'; readonly sessions: readonly number[] }
  | { readonly id: number; readonly op: 'read'; readonly sessions: readonly number[]; readonly leases?: boolean }
  | { readonly id: number; readonly op: 'neighbour'; readonly ip: string }

export interface Failure {
  readonly code: string
  readonly message: string
  readonly data?: Readonly<Record<string, string | number>>
}

/** The answer to one item of `open`. */
export type Opened = { readonly n: number; readonly mac: string } | { readonly error: Failure }

/** What the kernel counted for a session; `null` if its counters are gone. `leased` only where it was asked for. */
export type Counted = { readonly up: number; readonly down: number; readonly leased?: boolean | undefined } | null

export interface Hello {
  readonly version: number
  readonly channel: 'netlink' | 'nft'
  readonly table: string
  readonly portalPort?: number | undefined
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: Failure }

/** What the helper tells unasked. */
export type Push =
  /** Somebody else changed the rules; they are in order again. `table`: everything had to be put in anew, counts begin at 0. */
  | { readonly event: 'repaired'; readonly what: 'elements' | 'rules' | 'table'; readonly detail: string }
  /** Somebody else changed something: elements of ours may be gone. */
  | { readonly event: 'touched' }
  | { readonly event: 'conntrack'; readonly count: number; readonly max: number }

export interface Neighbour {
  readonly mac: string | null
}
