import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { cometbftKeys } from '@conet/engines'
import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import type { Description } from './description.js'
import { ownNode, ownOwner } from './own-node.js'

/** `describe --lid <id> [--peer host:port]`: who this node is, for the founders' genesis. Makes its keys if there are none. */
export async function describe(
  context: CommandContext,
  _rest: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const lid = String(options.lid ?? '')
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(lid))
    throw new ConetError(
      'USAGE',
      'describe needs --lid: 1 to 32 small letters, digits and dashes that the founders agree on',
    )
  const node = ownNode(context)
  const { did } = ownOwner(node, lid)
  const base = { kind: 'conet-node', lid, name: String(options.name), owner: did } as const
  const description: Description =
    options.peer === undefined ? base : { ...base, ...(await orders(node.dataDir, options)) }
  context.out.result(description, () => JSON.stringify(description, undefined, 2))
  return EXIT.ok
}

async function orders(dataDir: string, options: Readonly<Record<string, unknown>>) {
  const peer = String(options.peer)
  const power = Number(options.power)
  if (!/^[^@,\s]+:[0-9]{1,5}$/.test(peer)) throw new ConetError('USAGE', `"${peer}" is no address: write host:port`)
  if (!Number.isInteger(power) || power < 1 || power > 1_000_000_000)
    throw new ConetError('USAGE', '--power must be a whole number from 1 to 1000000000')
  const { nodeId, validatorKey } = await cometbftKeys(join(dataDir, 'ledger', 'cometbft'))
  return { publicKey: validatorKey, power, peer: `${nodeId}@${peer}` }
}
