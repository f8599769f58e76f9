/** For the owner's log. */
export type RadiusNote =
  | { readonly type: 'disconnected'; readonly session: string; readonly nas: string; readonly tries: number }
  | { readonly type: 'disconnect-refused'; readonly session: string; readonly nas: string; readonly errorCause: number }
  /** The access point does not answer: the station stays on until its Session-Timeout. */
  | { readonly type: 'nas-silent'; readonly session: string; readonly nas: string; readonly tries: number }
  | { readonly type: 'nas-unknown'; readonly session: string; readonly nas: string }
  /** Bytes on our port that are no answer of an access point: `PACKET_MALFORMED` or `AUTHENTICATOR_WRONG`. */
  | { readonly type: 'packet-ignored'; readonly from: string; readonly code: string }
  | { readonly type: 'refused'; readonly session: string | undefined; readonly code: string; readonly station: string }
