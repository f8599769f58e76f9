import { ConetError } from '@conet/core/errors'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit.js'
import { credits, parseCredits } from '../output.js'
import { openApi, openWallet } from '../wallet.js'

export const transfer: CliCommand = {
  name: 'transfer',
  summary: 'send credits from your wallet to a DID and wait until it is durable',
  examples: ['conet transfer did:key:z6Mk… 2.5', 'conet transfer did:conet:demo:… 0.000001 --json'],
  configure: command => {
    command
      .argument('<to>', 'DID of the receiver')
      .argument('<amount>', 'credits, with up to six decimals')
      .option('--asset <id>', 'which asset', 'credit')
  },
  run: async (context, [to, amount], options) => {
    if (to === undefined || !to.startsWith('did:'))
      throw new ConetError('USAGE', `"${to}" is no DID: it starts with did:key: or did:conet:`)
    const value = parseCredits(amount ?? '')
    const api = openApi(context)
    const wallet = openWallet(context, api)
    const { lid } = await api.node()
    const sent = wallet.signTransfer(lid, { to, asset: String(options.asset), amount: value })
    context.out.step(`sending ${credits(value)} …`)
    const answer = await api.submit(sent)
    if (answer.code !== 'OK')
      throw new ConetError(
        answer.code,
        `the ledger refused the transfer: ${answer.code} ${JSON.stringify(answer.data)}`,
        {
          data: answer.data as Record<string, string>,
        },
      )
    context.out.result(
      { ok: true, hash: answer.hash, height: answer.height, amount: value },
      () => `sent ${credits(value)} to ${to}\nblock ${answer.height}, transaction ${answer.hash}`,
    )
    return EXIT.ok
  },
}
