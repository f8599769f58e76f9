import type { Codes } from '@conet/core/errors'

/** Why a station is not let in, or what it or its access point sent is not used. The codes are API. */
export const RADIUS_CODES = {
  /** The user name names no credential that was left here, or it was never used in time. */
  CREDENTIAL_UNKNOWN: 'reject',
  PASSWORD_WRONG: 'reject',
  TOKEN_EXPIRED: 'reject',
  /** The token says that it lives longer than a day. */
  TOKEN_TOO_LONG: 'reject',
  STATION_MISSING: 'reject',
  /** Another station uses this credential. */
  STATION_OTHER: 'reject',
  /** The paid time is over, or the session was closed: a new credential is needed. */
  SESSION_OVER: 'reject',
  /** More was carried than may be unpaid: pay the open statement. */
  QUOTA_USED: 'retry',
  /** The node's own reason stands in `data.code`. */
  NODE_REFUSED: 'reject',
  /** JSON that is not what rlm_rest sends, or lacks what is needed (`data.what`). */
  ATTRIBUTES_MALFORMED: 'reject',
  /** Bytes that are no RADIUS packet (`data.why`). */
  PACKET_MALFORMED: 'ignore',
  /** A reply that was not signed with the secret of the access point. */
  AUTHENTICATOR_WRONG: 'ignore',
  /** Whoever asks the listener is not our FreeRADIUS. */
  LISTENER_KEY: 'reject',
  /** Too many credentials wait. */
  BUSY: 'retry',
  /** A setting cannot be used. */
  RADIUS_SETTING: 'reject',
} as const satisfies Codes

export type RadiusCode = keyof typeof RADIUS_CODES

const MESSAGES: Readonly<Record<RadiusCode, string>> = {
  CREDENTIAL_UNKNOWN: 'This user name names no credential here; get a new one.',
  PASSWORD_WRONG: 'The password is not the one of this credential.',
  TOKEN_EXPIRED: 'The credential has expired; get a new one.',
  TOKEN_TOO_LONG: 'The credential lives longer than a day; get a new one.',
  STATION_MISSING: 'The access point did not say which station asks.',
  STATION_OTHER: 'Another station uses this credential; get one of your own.',
  SESSION_OVER: 'The paid time is over; get a new credential.',
  QUOTA_USED: 'More was used than may be unpaid; pay, then join again.',
  NODE_REFUSED: 'The owner does not let this client in.',
  ATTRIBUTES_MALFORMED: 'The request could not be read.',
  PACKET_MALFORMED: 'These bytes are no RADIUS packet.',
  AUTHENTICATOR_WRONG: 'This reply was not signed with the secret of the access point.',
  LISTENER_KEY: 'This listener answers the FreeRADIUS of the node alone.',
  BUSY: 'Too many credentials wait here; try again in a minute.',
  RADIUS_SETTING: 'A setting of the RADIUS gateway cannot be used.',
}

/** One sentence for people; the code stands in front of it in a Reply-Message. */
export function messageOf(code: RadiusCode): string {
  return MESSAGES[code]
}
