export const LOOPBACK = '127.0.0.1'
/** Sizes of a statement with a confirmation, and of a voucher. */
export const STATEMENT_BYTES = 740
export const VOUCHER_BYTES = 900
export const ROUNDS_PER_SECOND = 2_000
export const WINDOW_MS = 6_000

/** What carries the messages: a TCP connection for each session, or datagrams on one socket for all. */
export type Carrier = 'lines' | 'datagrams'

/** What the server's process tells. */
export type Answer =
  | { readonly type: 'ready'; readonly port: number }
  | {
      readonly type: 'measured'
      readonly stated: number
      readonly heard: number
      readonly usPerRound: number
      readonly rssMb: number
    }
