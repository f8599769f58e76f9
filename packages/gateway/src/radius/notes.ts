/** For the owner's log. */
export type RadiusNote =
  | { readonly type: 'disconnected'; readonly session: string; readonly nas: string; readonly tries: number }
  | { readonly type: 'disconnect-refused'; readonly session: string; readonly nas: string; readonly errorCause: number }
  /** The access point answers one request by nothing, however often it is repeated. */
  | { readonly type: 'nas-silent'; readonly session: string; readonly nas: string; readonly tries: number }
  /** Asked so many times anew and given up: the station stays until its Session-Timeout. */
  | {
      readonly type: 'station-stays'
      readonly session: string
      readonly nas: string
      readonly outcome: 'refused' | 'silent'
      readonly asked: number
    }
  | { readonly type: 'nas-unknown'; readonly session: string; readonly nas: string }
  /** Bytes on our port that are no answer of an access point: `PACKET_MALFORMED` or `AUTHENTICATOR_WRONG`. */
  | { readonly type: 'packet-ignored'; readonly from: string; readonly code: string }
  | { readonly type: 'refused'; readonly session: string | undefined; readonly code: string; readonly station: string }
