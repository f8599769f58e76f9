import type { CommandContext } from '../command.js'
import { readId } from './proposals.js'
import { submit } from './submit.js'

/** `withdraw <id>`: takes an own proposal back. */
export function withdraw(
  context: CommandContext,
  [id]: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  return submit(context, options, 'governance/withdraw', { id: readId(id) })
}
