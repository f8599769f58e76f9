import type { Balance } from '@conet/client'
import type { CliCommand, CommandContext } from '../command.js'
import { credits } from '../output.js'
import { checkDid } from '../receiver.js'
import { hasAdminToken, openAdminApi, openApi, openWallet } from '../wallet.js'

interface Account {
  readonly did: string
  readonly balances: readonly Balance[]
}

export const balance: CliCommand = {
  name: 'balance',
  summary: 'show what an account holds: yours and that of your node, or the one of a DID',
  examples: ['conet balance', 'conet balance did:key:z6Mk… --json'],
  configure: command => {
    command.argument('[did]', 'whose account; default: your own wallet, and your node if it is the one that is asked')
  },
  run: async (context, [did]) => {
    const api = openApi(context)
    if (did !== undefined) await checkDid(did, api)
    const owner = did ?? openWallet(context).did
    const account: Account = { did: owner, balances: await api.balances(owner) }
    const node = did === undefined ? await accountOfNode(context) : undefined
    context.out.result({ ...account, ...(node && { node }) }, () =>
      [
        describe(context, node === undefined ? '' : 'wallet ', account),
        ...(node ? [describe(context, 'node ', node)] : []),
      ].join('\n'),
    )
    return 0
  },
}

/** What the own node earned lies in its own account. */
async function accountOfNode(context: CommandContext): Promise<Account | undefined> {
  return hasAdminToken(context) ? await openAdminApi(context).get<Account>('/v1/wallet') : undefined
}

function describe({ out }: CommandContext, whose: string, { did, balances }: Account): string {
  const rows = balances.map(one => [one.asset, credits(one.balance), credits(one.held), credits(one.debt)])
  const table = out.table(['asset', 'free', 'held', 'debt'], rows)
  return `${whose}${did}\n${rows.length === 0 ? 'nothing yet: ask somebody for a transfer to this DID' : table}`
}
