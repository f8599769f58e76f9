import type { Module } from '../../module.js'
import { burn } from './burn.js'
import { ACCOUNTS_CODES } from './codes.js'
import { repay } from './credit.js'
import { define } from './define.js'
import { accountsGenesis } from './genesis.js'
import { conservation, debtsSum, holdsSum, notNegative } from './invariants.js'
import { issue } from './issue.js'
import { accountsParams } from './params.js'
import { asset, assetList, balance, balances, debtList, supply } from './queries.js'
import { transfer } from './transfer.js'

export { ACCOUNTS_CODES } from './codes.js'
export { credit } from './credit.js'
export { cannotPayFee, payFee } from './fee.js'
export { accountOf, assetExists, drawFree, drawHeld, heldAmount, hold, owe, release, spendable } from './money.js'
export { type Account, accountKey, accounts } from './state.js'

/** Assets, balances, holds and debts. */
export const accountsModule: Module = {
  name: 'accounts',
  needs: [],
  codes: ACCOUNTS_CODES,
  params: accountsParams,
  transitions: { define, issue, burn, transfer },
  scheduled: { repay },
  queries: { balance, balances, asset, assets: assetList, supply, debts: debtList },
  invariants: {
    conservation,
    'not-negative': notNegative,
    'holds-sum': holdsSum,
    'debts-sum': debtsSum,
  },
  genesis: accountsGenesis,
}
