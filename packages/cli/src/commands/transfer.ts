import type { NodeApi, TxAnswer } from '@conet/client'
import { ConetError, type ErrorData } from '@conet/core/errors'
import type { Amount, Did } from '@conet/core/units'
import type { CliCommand, CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { credits, parseCredits } from '../output.js'
import { checkDid } from '../receiver.js'
import { openAdminApi, openApi, openWallet } from '../wallet.js'

export const transfer: CliCommand = {
  name: 'transfer',
  summary: 'send credits from your wallet, or what your node earned, to a DID',
  examples: [
    'conet transfer did:key:z6Mk… 2.5',
    'conet transfer did:conet:demo:… 0.000001 --json',
    'conet transfer did:key:z6Mk… 1 --from-node',
    'conet transfer did:key:z6Mk… 1 --from-node --key invoice-2041',
  ],
  configure: command => {
    command
      .argument('<to>', 'DID of the receiver')
      .argument('<amount>', 'credits, with up to six decimals')
      .option('--asset <id>', 'which asset', 'credit')
      .option('--from-node', "pay from the own node's account: what it earned", false)
      .option('--key <text>', 'with --from-node, one for each transfer: repeated with the same key it pays once')
  },
  run: async (context, [to = '', amount = ''], options) => {
    const value = parseCredits(amount)
    const asset = String(options.asset)
    const api = options.fromNode === true ? openAdminApi(context) : openApi(context)
    if (options.key !== undefined && options.fromNode !== true)
      throw new ConetError('USAGE', '--key goes with --from-node; your own wallet signs each transfer anew')
    await checkDid(to, api)
    context.out.step(`sending ${credits(value)} …`)
    const answer =
      options.fromNode === true
        ? await api.post<TxAnswer>('/v1/wallet/transfer', { to, asset, amount: value.toString(), key: options.key })
        : await sendOwn(context, api, { to, asset, amount: value })
    if (answer.code !== 'OK') throw refused(answer)
    context.out.result(
      { ok: true, hash: answer.hash, height: answer.height, amount: value },
      () => `sent ${credits(value)} to ${to}\nblock ${answer.height}, transaction ${answer.hash}`,
    )
    return EXIT.ok
  },
}

async function sendOwn(context: CommandContext, api: NodeApi, what: { to: Did; asset: string; amount: Amount }) {
  const wallet = openWallet(context, api)
  const { lid } = await api.node()
  return api.submit(wallet.signTransfer(lid, what))
}

/** The ledger speaks in micro-credits, people in credits. */
function refused({ code, data }: TxAnswer): ConetError {
  const { available } = data
  const has = typeof available === 'string' ? `: there are ${credits(available)} free` : ''
  return new ConetError(code, `the ledger refused the transfer, ${code}${has}`, { data: data as ErrorData })
}
