import type { Balance } from '@conet/client'
import type { CliCommand, CommandContext } from '../command.js'
import { credits } from '../output.js'
import { type ProvenAccount, proveAccount, readAnchors } from '../proof/index.js'
import { checkDid } from '../receiver.js'
import { refusedToken } from '../refusals.js'
import { hasAdminToken, openAdminApi, openApi, openWallet } from '../wallet.js'

interface Account {
  readonly did: string
  readonly balances: readonly Balance[]
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const balance: CliCommand = {
  name: 'balance',
  summary: 'show what an account holds: yours and that of your node, or the one of a DID; with --proof, proven',
  examples: [
    'conet balance',
    'conet balance did:key:z6Mk… --json',
    'conet balance --proof --witness http://192.0.2.9:8640',
    'conet balance --proof --genesis genesis.json --trust 120:5f1d…',
  ],
  configure: command => {
    command
      .argument('[did]', 'whose account; default: your own wallet, and your node if it is the one that is asked')
      .option('--proof', 'believe no single node: check proofs against headers that the validators signed', false)
      .option(
        '--witness <url>',
        'proof: another owner’s node that must confirm; default: those of the registry',
        collect,
      )
      .option('--genesis <file>', 'proof: the genesis you trust; default: the one in the home folder')
      .option('--trust <height:hash>', 'proof: a recent header that a member you trust told you of')
  },
  run: async (context, [did], options) => {
    const anchors = readAnchors(options)
    const api = openApi(context)
    if (did !== undefined) await checkDid(did, api)
    const owner = did ?? openWallet(context).did
    if (options.proof === true) {
      const proven = await proveAccount(context, api, owner, anchors)
      context.out.result(proven, () => describeProven(context, proven))
      return 0
    }
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
  if (!hasAdminToken(context)) return undefined
  return await openAdminApi(context)
    .get<Account>('/v1/wallet')
    .catch((error: unknown) => {
      throw refusedToken(error, context)
    })
}

function describe({ out }: CommandContext, whose: string, { did, balances }: Account): string {
  const rows = balances.map(one => [one.asset, credits(one.balance), credits(one.held), credits(one.debt)])
  const table = out.table(['asset', 'free', 'held', 'debt'], rows)
  return `${whose}${did}\n${rows.length === 0 ? 'nothing yet: ask somebody for a transfer to this DID' : table}`
}

/** What the proof is worth depends on who orders: people must read it beside the figures. */
function describeProven(context: CommandContext, proven: ProvenAccount): string {
  const { trust, appHash, timeMs, witnesses, balances } = proven
  const height = balances.at(-1)?.height
  if (height === undefined) return `${proven.did}\nnothing there, and that cannot be proven`
  const at = `block ${height}, app hash ${appHash}`
  const worth =
    trust === 'validators'
      ? `proven as of ${new Date(timeMs ?? 0).toISOString()}: ${at}\nsigned by more than 2/3 of the validators, confirmed by ${witnesses.join(', ')}`
      : `proof holds: ${at}\na single node orders this ledger and gave that hash: it shows that the node agrees with itself, no more`
  return `${describe(context, '', proven)}\n${worth}`
}
