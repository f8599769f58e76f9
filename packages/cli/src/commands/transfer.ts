import type { NodeApi, TxAnswer } from '@conet/client'
import { ConetError, type ErrorData } from '@conet/core/errors'
import type { Amount, Did } from '@conet/core/units'
import type { CliCommand, CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { credits, parseCredits } from '../output.js'
import { checkDid } from '../receiver.js'
import { refusedToken } from '../refusals.js'
import { openAdminApi, openApi, openWallet } from '../wallet.js'

/** As the ledger has them (core, `assetId`). */
const ASSET = /^[a-z][a-z0-9.-]{0,31}$/
/** As the node takes them. */
const KEY = /^[A-Za-z0-9_-]{8,64}$/

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
      .option(
        '--key <text>',
        'with --from-node, 8 to 64 of A-Z a-z 0-9 _ -, one for each transfer: repeated with the same key it pays once',
      )
  },
  run: async (context, [to = '', amount = ''], options) => {
    const value = parseCredits(amount)
    if (value === 0n) throw new ConetError('AMOUNT_MALFORMED', 'a transfer of nothing: write an amount above 0')
    const asset = String(options.asset)
    if (!ASSET.test(asset))
      throw new ConetError('USAGE', `"${asset}" is no asset: write an id such as credit, as conet balance lists them`)
    const api = options.fromNode === true ? openAdminApi(context) : openApi(context)
    if (options.key !== undefined && options.fromNode !== true)
      throw new ConetError('USAGE', '--key goes with --from-node; your own wallet signs each transfer anew')
    if (options.key !== undefined && !KEY.test(String(options.key)))
      throw new ConetError('USAGE', `"${String(options.key)}" is no key: write 8 to 64 letters, digits, "_" or "-"`)
    await checkDid(to, api)
    context.out.step(`sending ${credits(value)} …`)
    const answer =
      options.fromNode === true
        ? await sendOfNode(context, api, { to, asset, amount: value.toString(), key: options.key })
        : await sendOwn(context, api, { to, asset, amount: value })
    if (answer.code !== 'OK') throw refused(answer, to, asset)
    context.out.result(
      { ok: true, hash: answer.hash, height: answer.height, amount: value },
      () => `sent ${credits(value)} to ${to}\nblock ${answer.height}, transaction ${answer.hash}`,
    )
    return EXIT.ok
  },
}

async function sendOfNode(context: CommandContext, api: NodeApi, order: object): Promise<TxAnswer> {
  try {
    return await api.post<TxAnswer>('/v1/wallet/transfer', order)
  } catch (error) {
    throw refusedToken(error, context)
  }
}

async function sendOwn(context: CommandContext, api: NodeApi, what: { to: Did; asset: string; amount: Amount }) {
  const wallet = openWallet(context, api)
  const { lid } = await api.node()
  return api.submit(wallet.signTransfer(lid, what))
}

/** The ledger speaks in micro-credits, people in credits. */
function refused({ code, data }: TxAnswer, to: Did, asset: string): ConetError {
  const { available } = data
  const why =
    typeof available === 'string'
      ? `there are ${credits(available)} free; send less, or wait until more comes in`
      : REASONS[code]?.(to, asset)
  const text = `the ledger refused the transfer, ${code}${why === undefined ? '' : `: ${why}`}`
  return new ConetError(code, text, { data: data as ErrorData })
}

/** What people can do about it. */
const REASONS: Readonly<Record<string, (to: Did, asset: string) => string>> = {
  TRANSFER_TO_SELF: to => `${to} is the account that pays; name another receiver`,
  ASSET_UNKNOWN: (_, asset) => `this ledger has no asset "${asset}"; conet balance lists what you hold`,
}
