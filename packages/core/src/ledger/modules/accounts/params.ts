import { defineParams } from '../../module.js'

/** `repayPerStep`: most debts that one income pays at once; what is left goes on in the next block. */
export const accountsParams = defineParams('accounts', { repayPerStep: 16 }, params =>
  params.repayPerStep >= 1 && params.repayPerStep <= 1000 ? undefined : 'repayPerStep',
)
