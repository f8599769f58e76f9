import { randomBytes } from 'node:crypto'
import type { Wallet } from '@conet/client'
import { NodeApi, nodePorts } from '@conet/client'
import { type ChainEvent, portsThrough, StandingChain } from '@conet/client/chain'
import type { CommandContext } from '../command.js'
import { ledgerOf } from './ledger.js'
import { parseNeighbour } from './parse.js'

/**
 * Opens a chain over the relays that `--via` names, and a new one whenever it ends.
 *
 * @param onPath - called whenever a path is taken, also the first one
 * @returns the exit's API and everything a connection needs to go through the chain
 * @throws ConetError `NO_PATH`, and codes of the relays
 */
export async function openOver(
  context: CommandContext,
  wallet: Wallet,
  { via, exit, onPath }: { via: readonly string[]; exit: string | undefined; onPath: () => void },
) {
  const neighbours = via.map(parseNeighbour)
  const chain = await StandingChain.open({
    lid: await ledgerOf(neighbours),
    signer: wallet.signer,
    neighbours,
    exit,
    random: size => new Uint8Array(randomBytes(size)),
    now: Date.now,
    monotonic: () => performance.now(),
    onEvent: event => {
      tell(context, event)
      if (event.type === 'path') onPath()
    },
  })
  const ports = portsThrough(chain, nodePorts)
  const api = new NodeApi(`http://${chain.api}`, { ports })
  const over = {
    via: () => chain.route.shares,
    reachAccess: (access: Parameters<StandingChain['reachAccess']>[0]) => chain.reachAccess(access),
  }
  try {
    return { chain, api, options: { api, ports, over, provider: (await api.node()).did } }
  } catch (error) {
    chain.close()
    throw error
  }
}

function tell({ out }: CommandContext, event: ChainEvent): void {
  if (event.type === 'path') {
    const relays = event.route.path.length - 1
    out.note(`over ${relays} relay${relays === 1 ? '' : 's'}, ${event.route.rttMs} ms`)
  }
  if (event.type === 'path-dead') out.note('the path is dead: looking for another')
  if (event.type === 'path-refused') out.note(`a path refused: ${event.code}`)
  if (event.type === 'closed') out.note(`the chain ended (${event.code}): opening a new one`)
  if (event.type === 'no-path') out.note(`no way to the exit yet: ${event.code}`)
}
