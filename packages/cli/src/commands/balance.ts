import type { CliCommand } from '../command.js'
import { credits } from '../output.js'
import { openApi, openWallet } from '../wallet.js'

export const balance: CliCommand = {
  name: 'balance',
  summary: 'show what an account holds: yours, or the one of a DID',
  examples: ['conet balance', 'conet balance did:key:z6Mk… --json'],
  configure: command => {
    command.argument('[did]', 'whose account; default: your own wallet')
  },
  run: async (context, [did]) => {
    const owner = did ?? openWallet(context).did
    const balances = await openApi(context).balances(owner)
    context.out.result({ did: owner, balances }, () => {
      const rows = balances.map(one => [one.asset, credits(one.balance), credits(one.held), credits(one.debt)])
      const table = context.out.table(['asset', 'free', 'held', 'debt'], rows)
      return `${owner}\n${rows.length === 0 ? 'nothing yet: ask somebody for a transfer to this DID' : table}`
    })
    return 0
  },
}
