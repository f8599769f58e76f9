import type { CommandContext } from '../command.js'
import { submit } from './submit.js'

/** `apply [note]`: asks to become a member. */
export function apply(
  context: CommandContext,
  rest: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  return submit(context, { as: 'node', ...options }, 'governance/apply', { note: rest.join(' ') })
}
