import { addEntries, type Projection, text } from './fact.js'

/** A transfer between two accounts, or money made or destroyed by an asset's issuer (one side is missing then). */
const moved: Projection = (batch, fact) => {
  const { event } = fact
  addEntries(batch, fact, {
    from: text(event, 'from') || null,
    to: text(event, 'to') || null,
    asset: text(event, 'asset'),
    amount: text(event, 'amount'),
  })
}

/** Income of a debtor that went on to the creditor. */
const repaid: Projection = (batch, fact) => {
  const { event } = fact
  const from = text(event, 'debtor')
  addEntries(batch, fact, {
    from,
    to: text(event, 'creditor'),
    asset: text(event, 'asset'),
    amount: text(event, 'amount'),
  })
}

/** Events of `ledger/modules/accounts`. */
export const ACCOUNT_EVENTS: Readonly<Record<string, Projection>> = {
  'accounts/transferred': moved,
  'accounts/issued': moved,
  'accounts/burned': moved,
  'accounts/repaid': repaid,
}
