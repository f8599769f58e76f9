import type { CommandContext } from '../command.js'
import { submit } from './submit.js'

/** `leave`: at once, with the own validators. */
export function leave(
  context: CommandContext,
  _rest: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  return submit(context, options, 'governance/leave', {})
}
