import { type NodeApi, newNonce, nodePorts } from '@conet/client'
import { ConetError, type ErrorData } from '@conet/core/errors'
import { signEnvelope } from '@conet/core/wire'
import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { openApi, openWallet } from '../wallet.js'
import type { MembersView } from './members.js'
import { ownNode, ownOwner } from './own-node.js'

/** Below the ledger's ten minutes, so that a slow clock still passes. */
const LIFE_SECONDS = 300

interface Author {
  readonly did: string
  sign(type: string, body: object): string
}

/** Signs as a member, hands the transaction to the node, and prints what the ledger decided. */
export async function submit(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
  type: string,
  body: object,
): Promise<number> {
  const api = openApi(context)
  const author = await chooseAuthor(context, api, options.as)
  const { code, data, hash, height } = await api.submit(author.sign(type, body))
  if (code !== 'OK') throw refused(type, code, data as ErrorData)
  context.out.result(
    { ok: true, hash, height, by: author.did },
    () => `${type} by ${author.did}\nblock ${height}, transaction ${hash}`,
  )
  return EXIT.ok
}

/** What people can do about it; of the others the data says enough. */
const REASONS: Readonly<Record<string, string>> = {
  NO_CONSORTIUM: 'one owner founded this ledger alone; found one together with "conet consortium create"',
  ALREADY_MEMBER: 'that owner is a member already; see "conet consortium members"',
  MEMBER_UNKNOWN: 'no member has that DID; see "conet consortium members"',
  APPLICATION_EXISTS: 'you applied before; a member can propose you now',
  APPLICATIONS_FULL: 'too many wait; ask a member to propose you without one',
  LAST_MEMBER: 'nobody would be left; let another owner in first',
  LAST_VALIDATOR: 'nobody would order any more; propose another validator first',
  PROPOSAL_UNKNOWN: 'there is no such proposal; see "conet consortium proposals"',
  PROPOSAL_CLOSED: 'it is decided, withdrawn or past its end; propose it again',
  PROPOSALS_FULL: 'you have as many open proposals as one may; withdraw one',
  NOT_PROPOSER: 'only who proposed it can withdraw it; vote no instead',
  VOTED_ALREADY: 'a vote is final',
}

function refused(type: string, code: string, data: ErrorData): ConetError {
  const detail = Object.entries(data).map(([name, value]) => `${name} ${String(value)}`)
  const said = [...detail, ...(REASONS[code] === undefined ? [] : [REASONS[code]])].join(', ')
  return new ConetError(code, `the ledger refused ${type}, ${code}${said === '' ? '' : `: ${said}`}`, { data })
}

/** The wallet or the node's owner: the one that was named, else the one that is a member. */
async function chooseAuthor(context: CommandContext, api: NodeApi, as: unknown): Promise<Author> {
  if (as !== undefined && as !== 'wallet' && as !== 'node')
    throw new ConetError('USAGE', `--as takes wallet or node, not "${String(as)}"`)
  const { lid } = await api.node()
  const wallet = () => ofWallet(context, api, lid)
  const node = () => ofNode(context, api, lid)
  if (as !== undefined) return as === 'wallet' ? wallet() : node()
  const candidates = [node(), wallet()]
  const known = await memberDids(api)
  const member = candidates.find(({ did }) => known.has(did))
  if (member !== undefined) return member
  const message = `neither your node (${candidates[0]?.did}) nor your wallet (${candidates[1]?.did}) is a member; see "conet consortium members"`
  throw new ConetError('NOT_MEMBER', message)
}

async function memberDids(api: NodeApi): Promise<ReadonlySet<string>> {
  const dids = new Set<string>()
  for (let after = ''; ; ) {
    const { items } = await api.get<MembersView>(
      `/v1/members${after === '' ? '' : `?after=${encodeURIComponent(after)}`}`,
    )
    for (const { did } of items) dids.add(did)
    const last = items.at(-1)?.did
    if (last === undefined || last === after) return dids
    after = last
  }
}

function ofWallet(context: CommandContext, api: NodeApi, lid: string): Author {
  const wallet = openWallet(context, api)
  return { did: wallet.did, sign: (type, body) => wallet.signTx(lid, type, body) }
}

function ofNode(context: CommandContext, api: NodeApi, lid: string): Author {
  const { did, signer } = ownOwner(ownNode(context), lid)
  return {
    did,
    sign(type, body) {
      const exp = Math.floor((nodePorts.now() + api.ledgerOffsetMs) / 1000) + LIFE_SECONDS
      return signEnvelope('conet-tx+jwt', { lid, exp, nonce: newNonce(nodePorts), type, body }, signer)
    },
  }
}
