/** Why a session ended, in plain words; the keys are the close reasons of the rounds protocol. */
const REASONS: Readonly<Record<string, string>> = {
  CLIENT_DONE: 'Ended by the client',
  PROVIDER_DONE: 'Ended by the provider',
  NOT_PAID: 'Cut: the round was not paid in time',
  METER_DISPUTE: 'Stopped: the two counts differ too much',
  CREDIT_EXHAUSTED: 'Stopped: the client ran out of credit',
  OFFER_WITHDRAWN: 'Ended: the offer was withdrawn',
  DENIED: 'Ended: refused by the owner’s policy',
  GATEWAY_LOST: 'Ended: the gateway went away',
  FAULT: 'Ended by a fault',
}

/** Words for a close reason; an unknown one is shown as it is. */
export function reasonWords(reason: string | null): string {
  return reason === null ? 'Ended' : (REASONS[reason] ?? reason)
}

/** What to do about a refusal; the code itself is always shown beside it. */
const ADVICE: Readonly<Record<string, string>> = {
  UNREACHABLE: 'The node does not answer. Check that it runs; the page tries again by itself.',
  ADMIN_TOKEN: 'The admin token is not accepted. Sign in again with the token in the node’s admin token file.',
  ADMIN_REMOTE: 'The owner’s pages answer on the node’s own machine only. Open them there, or set api.adminRemote.',
  HOST_REFUSED: 'The node does not know this name. Use its address, or add the name to api.hosts.',
  RATE_LIMITED: 'Too many requests. Wait a moment, then try again.',
  BUSY: 'The node is busy. Try again in a few seconds.',
  BALANCE_SHORT: 'The free balance is too small for this amount. Enter less, or wait until held credit is released.',
  ASSET_UNKNOWN: 'The ledger does not know this asset.',
  AMOUNT_INVALID: 'The ledger does not accept this amount.',
  AMOUNT_OVERFLOW: 'The receiver’s balance would become too large.',
  DEBT_OPEN: 'This account owes credit: income pays the debt first, then it can send again.',
  TRANSFER_TO_SELF: 'Sender and receiver are the same account.',
  EXPIRED: 'The transfer waited too long and was dropped: nothing was moved. Send it again.',
  MEMPOOL_FULL: 'The ledger is busy: nothing was moved. Try again in a few seconds.',
  ENGINE_STOPPED: 'The ledger is stopping: nothing was moved. Try again when the node is back.',
  ENGINE_UNREACHABLE: 'The ledger cannot be reached: try again in a few seconds.',
  DISK_FULL: 'The node’s disk is full: nothing was moved. Free some space, then try again.',
}

/** Advice for an error code, else the node's own message. */
export function adviceFor(code: string, message: string): string {
  return ADVICE[code] ?? (message === '' ? 'The node refused the request.' : message)
}
