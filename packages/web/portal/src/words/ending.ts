/** Why a session ended, to the guest; the codes are the protocol's close reasons and disputes, and the page's own. */
const WORDS: Readonly<Record<string, string>> = {
  CLIENT_DONE: 'You stopped.',
  BUDGET_USED: 'Your budget for this hour is used, so the page stopped.',
  ROUND_TOO_DEAR: 'The next round would have cost more than you allow, so the page stopped.',
  PROVIDER_DONE: 'The owner of this network ended the session.',
  NOT_PAID: 'The last round was not paid in time.',
  CREDIT_EXHAUSTED: 'Your wallet is empty.',
  OFFER_WITHDRAWN: 'The offer was withdrawn.',
  DENIED: 'The owner of this network does not let this device in.',
  GATEWAY_LOST: 'The network does not answer any more. Nothing further was paid.',
  METER_DISPUTE: 'The two counts differ too much, so the page stopped paying.',
  PRICE_ABOVE_TARIFF: 'The bill was above the agreed price, so the page stopped paying.',
  TIME_TOO_EARLY: 'The bill was for time that had not passed, so the page stopped paying.',
  TIMES_WRONG: 'The bill did not fit the agreement, so the page stopped paying.',
  FINAL_TOO_LONG: 'The last bill was for time you did not use, so the page did not pay it.',
}

export function endingWords(reason: string): string {
  return WORDS[reason] ?? `The session ended (${reason}).`
}
