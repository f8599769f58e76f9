import { ConetError } from '@conet/core/errors'
import type { CommandContext } from '../command.js'
import { readId } from './proposals.js'
import { submit } from './submit.js'

/** `vote <id> yes|no|abstain`: final. */
export function vote(
  context: CommandContext,
  [id, choice = '']: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  if (!['yes', 'no', 'abstain'].includes(choice))
    throw new ConetError('USAGE', `"${choice}" is no vote: write vote <number> yes, no or abstain`)
  return submit(context, options, 'governance/vote', { id: readId(id), choice })
}
